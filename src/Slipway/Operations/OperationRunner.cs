using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>Carries one operation as far as it goes: claim, run a step, write what it came to, go on.</summary>
public sealed partial class OperationRunner(
    OperationStore store,
    PlanCatalog plans,
    OperationSignals signals,
    Membership membership,
    OperationsOptions options,
    FailureReader failures,
    IEnumerable<IOperationProjection> projections,
    IEnumerable<IOperationTroubles> troubles,
    TimeProvider time,
    ILogger<OperationRunner> log,
    Entropy entropy)
{
    private readonly Transitions _transitions = new(options, entropy);

    /// <param name="id">Of the operation.</param>
    /// <param name="stopping">The host stops.</param>
    /// <param name="claimed">Its row, for one who has claimed it already.</param>
    /// <returns>When it is due again; null when it is finished, or in other hands.</returns>
    /// <exception cref="OperationCanceledException">The host stops before this node could act at all.</exception>
    public async Task<DateTimeOffset?> RunAsync(string id, CancellationToken stopping, Operation? claimed = null)
    {
        await membership.WaitUntilCurrentAsync(stopping);
        using var held = signals.Hold(id);
        var life = membership.Current;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, life.Ended);
        while (true)
        {
            held.Reset();
            if (stopping.IsCancellationRequested || !life.IsCurrent)
            {
                await (claimed is null ? store.LetGoAsync(id) : store.ReleaseAsync(claimed));
                break;
            }

            claimed ??= await store.ClaimAsync(id);
            if (claimed is null)
            {
                break;
            }

            if (claimed.LeaseUntil <= time.GetUtcNow() || claimed.LeaseBy != life.Id)
            {
                // This process stood still since it claimed: others may be at it, and a request is not fenced as a row is.
                claimed = null;
                continue;
            }

            var row = await RunStepAsync(claimed, life);
            signals.Changed(id);
            if (row is null or { Result: not null })
            {
                return null;
            }

            claimed = row.LeaseUntil is null ? null : row;
            if (claimed is null && row.DueAt - time.GetUtcNow() is { } pause)
            {
                if (pause > options.HoldFor)
                {
                    break;
                }

                await held.WaitAsync(pause, time, end.Token);
            }
        }

        held.Dispose();
        return held.IsAwake ? time.GetUtcNow()
            : await store.FindAsync(id, CancellationToken.None) is { } left && (left.LeaseBy is null || left.LeaseBy == membership.Id) ? left.DueAt
            : null;
    }

    private async Task<Operation?> RunStepAsync(Operation claimed, Life life)
    {
        using var scope = Log.Scope(log, claimed.Id, claimed.Subject, claimed.Step);
        var plan = plans.Get(claimed.Plan);
        var run = plan.Find(claimed.Step, claimed.Direction)
            ?? throw new UnreachableException($"Step '{claimed.Step}' of plan '{plan.Name}' cannot run {claimed.Direction}.");
        var (change, also) = await DecideAsync(claimed, plan, run, life);
        var held = change.Due - time.GetUtcNow() <= options.HoldFor;
        var row = await store.WriteAsync(claimed, held ? change with { IsHeld = true } : change, also, FinishAsync);
        if (row is null)
        {
            Log.Fenced(log, claimed.Id, run.Name, claimed.Epoch);
        }
        else
        {
            Log.Outcome(log, claimed.Id, run.Name, change.Kind, change.Message);
        }

        return row;
    }

    private async Task<(Transition Change, Func<Transaction, Task>? Also)> DecideAsync(Operation claimed, Plan plan, StepRun run, Life life)
    {
        if (claimed is { Direction: Direction.Forward, CancelReason: not null } && plan.Cancellable)
        {
            return (Transitions.TurnRound(claimed, plan, run.Name, "cancelled", claimed.CancelReason), null);
        }

        var outcome = await ExecuteAsync(claimed, run, life);
        var now = time.GetUtcNow();
        var trouble = TroubleIn(claimed, plan, run, outcome, now);
        return (_transitions.After(claimed, plan, run, outcome, now), trouble is null ? outcome.Also : transaction => TellAsync(transaction, outcome, trouble));
    }

    private static Trouble? TroubleIn(Operation claimed, Plan plan, StepRun run, StepOutcome outcome, DateTimeOffset now)
    {
        var error = outcome switch
        {
            StepOutcome.Retry retry => retry.Error,
            StepOutcome.Fail fail => fail.Error,
            StepOutcome.Wait wait => wait.Why,
            _ => null,
        };
        return error is null ? null : new Trouble(claimed, run.Name, error, now - claimed.StepStartedAt)
        {
            IsCleanUp = (claimed.Direction == Direction.Undoing || plan.NeverGivesUp) && !plan.WaitsForOthers,
            IsHopeless = outcome is StepOutcome.Fail,
            RefusedCredential = outcome.RefusedCredential,
        };
    }

    private async Task TellAsync(Transaction transaction, StepOutcome outcome, Trouble trouble)
    {
        await (outcome.Also?.Invoke(transaction) ?? Task.CompletedTask);
        foreach (var observer in troubles)
        {
            await observer.TroubledAsync(transaction, trouble);
        }
    }

    private async Task<StepOutcome> ExecuteAsync(Operation claimed, StepRun run, Life life)
    {
        using var limit = new CancellationTokenSource(run.TimeLimit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, life.Ended);
        try
        {
            return await run.RunAsync(claimed, time.GetUtcNow(), end.Token);
        }
        catch (OperationCanceledException) when (life.Ended.IsCancellationRequested)
        {
            return new StepOutcome.Retry($"Step '{run.Name}' was cut off, because this node could not say in time that it lives.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new StepOutcome.Retry($"Step '{run.Name}' did not come back within {run.TimeLimit.TotalSeconds:0} s.");
        }
        catch (Exception e)
        {
            Log.Threw(log, e, claimed.Id, run.Name);
            return failures.Read(e);
        }
    }

    private async Task FinishAsync(Transaction transaction, Operation finished)
    {
        foreach (var projection in projections)
        {
            await projection.FinishedAsync(transaction, finished);
        }
    }

    private static partial class Log
    {
        public static readonly Func<ILogger, string, string, string, IDisposable?> Scope =
            LoggerMessage.DefineScope<string, string, string>("{OperationId} {Subject} {Step}");

        [LoggerMessage(1, LogLevel.Information, "{OperationId}: {Step} {Kind} {Message}")]
        public static partial void Outcome(ILogger logger, string operationId, string step, string kind, string? message);

        [LoggerMessage(2, LogLevel.Warning, "{OperationId}: {Step} was taken over by another after epoch {Epoch}; nothing was written")]
        public static partial void Fenced(ILogger logger, string operationId, string step, long epoch);

        [LoggerMessage(3, LogLevel.Debug, "{OperationId}: {Step} threw")]
        public static partial void Threw(ILogger logger, Exception exception, string operationId, string step);
    }
}
