using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Operations.Nodes;

namespace Slipway.Operations;

/// <summary>
/// Takes what is due and in nobody's hands, a few with one statement, and carries each beside the others. The rows are the queue: an order is in it by
/// its commit, several nodes draw from it without waiting for each other, and whoever is told first takes first.
/// </summary>
public sealed partial class OperationWorker(
    OperationRunner runner,
    OperationStore store,
    OperationClock clock,
    OperationSignals signals,
    Membership membership,
    OperationsOptions options,
    TimeProvider time,
    IHostApplicationLifetime host,
    ILogger<OperationWorker> log) : BackgroundService
{
    /// <summary>One node does not take everything that is due.</summary>
    private const int AtOnce = 25;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stops;
    private int _inFlight;

    /// <summary>Returns when nothing is carried any more: steps that run end, waits are let go.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _stops = true;
        if (Volatile.Read(ref _inFlight) > 0)
        {
            await _idle.Task.WaitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signals.UntilDueAsync(stoppingToken);
                await membership.WaitUntilCurrentAsync(stoppingToken);
                await TakeDueAsync();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The host stops.
            }
            catch (Exception e)
            {
                Log.NotTaken(log, e, RetryAfter);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                signals.SayDue();
            }
        }
    }

    /// <summary>Takes one operation, if it is due and in nobody else's hands; else sees to it that it rings when it is.</summary>
    internal async Task TakeAsync(string id)
    {
        if (await store.ClaimAsync(id) is { } claimed)
        {
            Carry(claimed);
        }
        else if (await store.FindAsync(id) is { LeaseBy: null, DueAt: { } due } && due > time.GetUtcNow())
        {
            // Another node's clock set the alarm, or the row was put off since.
            await clock.ArmAsync(id, due);
        }
    }

    private async Task TakeDueAsync()
    {
        // What a stopping node gives back it hears of as all do, and must not take again.
        while (!host.ApplicationStopping.IsCancellationRequested && options.MaxInFlight - Volatile.Read(ref _inFlight) is > 0 and var room)
        {
            var count = Math.Min(room, AtOnce);
            var taken = await store.ClaimDueAsync(count);
            foreach (var claimed in taken)
            {
                Carry(claimed);
            }

            if (taken.Count < count)
            {
                return;
            }
        }
    }

    private void Carry(Operation claimed)
    {
        Interlocked.Increment(ref _inFlight);
        _ = Task.Run(() => CarryAsync(claimed));
    }

    private async Task CarryAsync(Operation claimed)
    {
        try
        {
            var due = await runner.RunAsync(claimed.Id, host.ApplicationStopping, claimed);
            if (due is { } at && !host.ApplicationStopping.IsCancellationRequested)
            {
                await clock.ArmAsync(claimed.Id, at);
                if ((await store.FindAsync(claimed.Id))?.DueAt < at)
                {
                    // Somebody woke it just before its alarm was set to the later time.
                    signals.SayDue();
                }
            }
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            // The other nodes look at what lies about when this one leaves.
        }
        catch (Exception e)
        {
            // The row still has its due time, so the sweep brings it back; the database may simply be away.
            Log.Broke(log, e, claimed.Id);
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        var left = Interlocked.Decrement(ref _inFlight);
        if (left == options.MaxInFlight - 1)
        {
            signals.SayDue();
        }

        if (left == 0 && _stops)
        {
            _idle.TrySetResult();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{OperationId} could not be carried on; the sweep will try again")]
        public static partial void Broke(ILogger logger, Exception exception, string operationId);

        [LoggerMessage(2, LogLevel.Error, "What is due could not be taken; next try in {Pause}")]
        public static partial void NotTaken(ILogger logger, Exception exception, TimeSpan pause);
    }
}
