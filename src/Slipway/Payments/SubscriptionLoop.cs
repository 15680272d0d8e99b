using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Begins the looks whose time has come, and once a day asks Stripe for what was missed; orders nobody paid for are erased in any case. Among nodes each does it: a look begun twice is one.</summary>
internal sealed partial class SubscriptionLoop(
    MissedEvents missed, SubscriptionLooks looks, Checkouts checkouts, Database database, PaymentTerms terms, TimeProvider time, ILogger<SubscriptionLoop> log) : BackgroundService
{
    private const int Some = 100;

    private DateTimeOffset _catchUpAt = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(terms.LookEvery, time);
        try
        {
            do
            {
                await TryAsync(LookAsync, stoppingToken);
                await TryAsync(checkouts.EraseForgottenAsync, stoppingToken);
                if (time.GetUtcNow() >= _catchUpAt)
                {
                    await TryAsync(CatchUpAsync, stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        // What does not fit is due at the next tick still.
        foreach (var id in await SubscriptionStore.ListDueAsync(database, time.GetUtcNow(), Some, stopping))
        {
            await database.WriteAsync(transaction => looks.HintAsync(transaction, id), stopping);
        }
    }

    private async Task CatchUpAsync(CancellationToken stopping)
    {
        if (await missed.CatchUpAsync(stopping) is > 0 and var count)
        {
            Log.Missed(log, count);
        }

        _catchUpAt = time.GetUtcNow() + terms.CatchUpEvery;
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(log, e.Message, terms.LookEvery);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} events of Stripe never came and are taken now; look whether its webhook endpoint is enabled")]
        public static partial void Missed(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "Looking for due subscriptions and missed events broke off; again in {Period}. {Error}")]
        public static partial void Failed(ILogger logger, string error, TimeSpan period);
    }
}
