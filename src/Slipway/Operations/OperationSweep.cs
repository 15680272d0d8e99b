using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Operations;

/// <summary>When the engine last proved that it is alive: it read what is due, and could set its alarms.</summary>
public sealed class OperationPulse
{
    private long _last;

    /// <summary>Null before the first sweep that succeeded.</summary>
    public DateTimeOffset? LastSweep => Interlocked.Read(ref _last) is > 0 and var last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null;

    internal void Beat(DateTimeOffset now) => Interlocked.Exchange(ref _last, now.ToUnixTimeMilliseconds());
}

/// <summary>Closes every gap the clock can have: at start re-arms all that is unfinished, later whatever is overdue.</summary>
public sealed partial class OperationSweep(
    OperationStore store, OperationClock clock, OperationSignals signals, OperationPulse pulse, OperationsOptions options, TimeProvider time, ILogger<OperationSweep> log)
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
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var operation in await store.ListUnfinishedAsync(time.GetUtcNow() + options.SweepEvery, stopping))
            {
                if (!signals.Holds(operation.Id))
                {
                    await clock.ArmAsync(operation.Id, operation.DueAt!.Value, stopping);
                }
            }

            pulse.Beat(time.GetUtcNow());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(log, e, options.SweepEvery);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Looking for due operations failed; next try in {Period}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan period);
    }
}
