using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Alerts.Webhooks;

namespace Slipway.Alerts;

/// <summary>Forgets what was over long ago, a little at a time: no transaction of it is long enough to be in anybody's way.</summary>
public sealed partial class AlertPurge(AlertStore alerts, WebhookOutbox outbox, AlertsOptions options, TimeProvider time, ILogger<AlertPurge> log) : BackgroundService
{
    internal const int Batch = 200;
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    internal async Task PurgeAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.KeepFor;
        while (await alerts.PurgeAsync(before, Batch, cancellationToken) == Batch)
        {
        }

        while (await outbox.PurgeAsync(before, Batch, cancellationToken) == Batch)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryPurgeAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task TryPurgeAsync(CancellationToken stopping)
    {
        try
        {
            await PurgeAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(log, e, Every);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old alerts could not be deleted; next try in {Period}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan period);
    }
}
