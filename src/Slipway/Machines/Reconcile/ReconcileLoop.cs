using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Machines.Reconcile;

/// <summary>Runs a round whenever one is due.</summary>
internal sealed partial class ReconcileLoop(ReconcileRound round, ReconcileOptions options, TimeProvider time, ILogger<ReconcileLoop> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryRunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task TryRunAsync(CancellationToken stopping)
    {
        try
        {
            if (await round.RunAsync(new RoundRequest(OnDemand: false), stopping) is not { } report)
            {
                return;
            }

            foreach (var finding in report.Findings.Where(f => f.What != FindingKind.Foreign))
            {
                Log.Found(log, finding.Resource, finding.Id, finding.What, finding.Action);
            }

            foreach (var unread in report.Unread)
            {
                Log.Unread(log, unread);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(log, e, options.Every);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reconciliation: {Resource} {Id} is {What}; {Action}")]
        public static partial void Found(ILogger logger, string resource, string id, string what, string action);

        [LoggerMessage(2, LogLevel.Warning, "Reconciliation could not list all, and concludes nothing about {Unread}")]
        public static partial void Unread(ILogger logger, string unread);

        [LoggerMessage(3, LogLevel.Error, "A round of reconciliation broke off; next in {Period}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan period);
    }
}
