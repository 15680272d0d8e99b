using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>What one run of a step changes in an operation's row, and the line it leaves in the timeline.</summary>
internal sealed record Transition
{
    public required string Step { get; init; }

    public required Direction Direction { get; init; }

    public required string State { get; init; }

    /// <summary>True to go straight on: the row stays claimed, now for <see cref="Step"/>.</summary>
    public bool GoesOn { get; init; }

    /// <summary>When it is due, if it neither goes on nor is finished.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>True when the wait is short enough for the node to keep the operation in memory.</summary>
    public bool IsHeld { get; init; }

    /// <summary>What the next claim counts on from.</summary>
    public int Attempt { get; init; }

    public string? WaitingFor { get; init; }

    public string? Error { get; init; }

    public OperationResult? Result { get; init; }

    /// <summary>True when <see cref="Step"/> is begun by this, so that its time starts anew.</summary>
    public bool NewStep { get; init; }

    public required string Kind { get; init; }

    /// <summary>The step the timeline names: of the undo, its own name.</summary>
    public required string TimelineStep { get; init; }

    public string? Message { get; init; }
}

/// <summary>The engine's arithmetic: an operation, what its step came to, and what follows. Pure.</summary>
internal sealed class Transitions(OperationsOptions options, Entropy entropy)
{
    public Transition After(Operation operation, Plan plan, StepRun run, StepOutcome outcome, DateTimeOffset now)
    {
        var mayTurn = operation.Direction == Direction.Forward && !plan.NeverGivesUp;
        var limit = mayTurn ? Earlier(operation.DeadlineAt, operation.StepStartedAt + run.Patience) : DateTimeOffset.MaxValue;
        return outcome switch
        {
            StepOutcome.Done done => Advance(operation, plan, run.Name, done),
            // The limit is asked only now, after the step has looked: what came true while nobody was looking still counts.
            StepOutcome.Wait wait when now >= limit => TurnRound(operation, plan, run.Name, "failed", TookTooLong(operation, plan, run, now, wait.Why)),
            StepOutcome.Retry retry when now >= limit => TurnRound(operation, plan, run.Name, "failed", TookTooLong(operation, plan, run, now, retry.Error)),
            StepOutcome.Wait wait => Stay(operation, run.Name, "waiting", wait.Why) with
            {
                Due = Earlier(wait.Until, limit),
                Attempt = 1,
                WaitingFor = wait.Why,
            },
            StepOutcome.Retry retry => Trouble(operation, run.Name, "retrying", retry.Error) with { Due = now + Backoff(operation.Attempt) },
            StepOutcome.Fail fail when mayTurn => TurnRound(operation, plan, run.Name, "failed", fail.Error),
            // What cannot be undone is never given up: it is tried for ever, slowly, and shows as clean-up pending.
            StepOutcome.Fail fail => Trouble(operation, run.Name, "failed", fail.Error) with { Due = now + options.RetryCap },
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
        };
    }

    /// <summary>A failure or a cancel: from here back over everything that may have been made.</summary>
    public static Transition TurnRound(Operation operation, Plan plan, string timelineStep, string kind, string error)
    {
        var first = plan.FirstUndoFrom(operation.Step);
        return Stay(operation, timelineStep, kind, error) with
        {
            Step = first ?? operation.Step,
            Direction = Direction.Undoing,
            GoesOn = first is not null,
            NewStep = true,
            Attempt = 0,
            Error = error,
            Result = first is null ? OperationResult.Undone : null,
        };
    }

    private static Transition Advance(Operation operation, Plan plan, string timelineStep, StepOutcome.Done done)
    {
        var undoing = operation.Direction == Direction.Undoing;
        var next = plan.After(operation.Step, operation.Direction);
        return Stay(operation, timelineStep, undoing ? "undone" : "done", done.Message) with
        {
            Step = next ?? operation.Step,
            State = plan.Serialize(done.State),
            GoesOn = next is not null,
            NewStep = true,
            Attempt = 0,
            // Once a step worked, an earlier failed try of it is history; the reason for undoing stays.
            Error = undoing ? operation.Error : null,
            Result = next is not null ? null : undoing ? OperationResult.Undone : OperationResult.Succeeded,
        };
    }

    /// <summary>On the way back the error stays the reason for it, and the trouble is what the undo waits for.</summary>
    private static Transition Trouble(Operation operation, string timelineStep, string kind, string error) =>
        operation.Direction == Direction.Undoing
            ? Stay(operation, timelineStep, kind, error) with { WaitingFor = error }
            : Stay(operation, timelineStep, kind, error) with { Error = error };

    private static Transition Stay(Operation operation, string timelineStep, string kind, string? message) => new()
    {
        Step = operation.Step,
        Direction = operation.Direction,
        State = operation.State,
        Attempt = operation.Attempt,
        Error = operation.Error,
        Kind = kind,
        TimelineStep = timelineStep,
        Message = message,
    };

    private static string TookTooLong(Operation operation, Plan plan, StepRun run, DateTimeOffset now, string last) =>
        (now >= operation.DeadlineAt
            ? $"'{plan.Name}' did not finish within {plan.Deadline.TotalMinutes:0} min; it was at '{run.Name}'."
            : $"Step '{run.Name}' did not finish within {run.Patience.TotalSeconds:0} s.") + $" Last seen: {last}";

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    /// <summary>A doubling pause of which half is chance: many operations failing at once do not come back at once.</summary>
    private TimeSpan Backoff(int attempt)
    {
        var range = Math.Min(options.RetryCap.TotalMilliseconds, options.RetryBase.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 16)));
        return TimeSpan.FromMilliseconds((range / 2) + (range / 2 * entropy.NextDouble()));
    }
}
