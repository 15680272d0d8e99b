using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Operations;

namespace Slipway.Alerts;

/// <summary>Tells an outside watcher once a minute that the engine is alive. Silence is the alarm, so anything in doubt is silence.</summary>
public sealed partial class DeadManSwitch(
    AlertsOptions options, OperationPulse pulse, OperationStore operations, OperationsOptions engine, AlertsHttp http, TimeProvider time, ILogger<DeadManSwitch> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>An operation that is due for so long is in nobody's hands, whatever the sweep says.</summary>
    private static readonly TimeSpan LargestDelay = TimeSpan.FromMinutes(5);

    /// <returns>True when the watcher was told.</returns>
    internal async Task<bool> PingAsync(CancellationToken cancellationToken)
    {
        if (await FindDoubtAsync(cancellationToken) is { } doubt)
        {
            Log.Silent(log, doubt);
            return false;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, options.DeadManUrl);
        if (await http.SendAsync(request, AnswerLimit, cancellationToken) is { } error)
        {
            Log.Unheard(log, error);
            return false;
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.DeadManUrl is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryPingAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Whatever goes wrong with watching must not stop what is watched.</summary>
    private async Task TryPingAsync(CancellationToken stopping)
    {
        try
        {
            await PingAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Unheard(log, e.GetType().Name);
        }
    }

    private async Task<string?> FindDoubtAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (pulse.LastSweep is not { } sweep || now - sweep > engine.SweepEvery + Every)
        {
            return "no sweep of due operations has succeeded lately";
        }

        try
        {
            return await operations.AnyDueSinceAsync(now - LargestDelay, cancellationToken)
                ? $"an operation has been due for more than {LargestDelay.TotalMinutes:0} min and nobody runs it"
                : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the database does not answer ({e.GetType().Name})";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The dead-man URL is not called, because {Doubt}")]
        public static partial void Silent(ILogger logger, string doubt);

        [LoggerMessage(2, LogLevel.Warning, "The dead-man URL was called in vain. {Error}")]
        public static partial void Unheard(ILogger logger, string error);
    }
}
