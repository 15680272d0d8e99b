using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Operations.Nodes;

namespace Slipway.Operations;

/// <summary>When the engine last proved that it is alive: it read what is due, and could set its alarms.</summary>
public sealed class OperationPulse
{
    private long _last;

    /// <summary>Null before the first sweep that succeeded.</summary>
    public DateTimeOffset? LastSweep => Interlocked.Read(ref _last) is > 0 and var last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null;

    internal void Beat(DateTimeOffset now) => Interlocked.Exchange(ref _last, now.ToUnixTimeMilliseconds());
}

/// <summary>Closes every gap that messages and alarms can have: at start re-arms all that is unfinished, later looks for what is overdue.</summary>
public sealed partial class OperationSweep(
    OperationStore store, OperationWorker worker, OperationClock clock, OperationSignals signals, OperationPulse pulse, Membership membership, OperationsOptions options, TimeProvider time, ILogger<OperationSweep> log)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.TakeOverLeasesAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepEvery, time);
        try
        {
            do
            {
                await SweepAsync(all: false, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <param name="all">Also what is not due for long: after something that may have lost alarms.</param>
    internal async Task SweepAsync(bool all, CancellationToken stopping)
    {
        try
        {
            signals.SayDue();
            foreach (var operation in await store.ListWithoutAlarmAsync(DueBefore(all), stopping))
            {
                if (operation.DueAt > time.GetUtcNow())
                {
                    await clock.ArmAsync(operation.Id, operation.DueAt.Value, stopping);
                }
                else if (operation.LeaseBy is not null && !signals.Holds(operation.Id))
                {
                    await worker.TakeAsync(operation.Id);
                }
            }

            pulse.Beat(time.GetUtcNow());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(log, e, options.SweepEvery);
        }
    }

    /// <summary>Alarms in memory are set ahead; those in the database are there already, so only what is late is suspicious.</summary>
    private DateTimeOffset? DueBefore(bool all) => all ? null : membership.IsShared ? time.GetUtcNow() : time.GetUtcNow() + options.SweepEvery;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Looking for due operations failed; next try in {Period}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan period);
    }
}
