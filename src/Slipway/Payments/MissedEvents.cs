using System.Globalization;
using Slipway.Payments.Stripe;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Asks Stripe for the events that never came: this server was down for longer than Stripe tries, or its endpoint was switched off.</summary>
public sealed class MissedEvents(StripeClient stripe, StripeWebhook webhook, Database database, Settings settings, TimeProvider time)
{
    /// <summary>An event may be listed some time after the second it is dated.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>As long as Stripe keeps events.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(30);

    private const string Setting = "stripe-events-until";

    /// <summary>Takes every event since the last time that was not delivered.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CatchUpAsync(CancellationToken cancellationToken = default)
    {
        var begun = time.GetUtcNow();
        // What happened before this control plane existed is nothing it missed.
        var until = Parse(await settings.GetOrAddAsync(Setting, () => Format(begun), cancellationToken));
        var since = until - Overlap > begun - Furthest ? until - Overlap : begun - Furthest;
        var missed = 0;
        var listed = new List<StripeEvent>();
        await foreach (var happened in stripe.ListEventsAsync(StripeEvent.Types, since, cancellationToken))
        {
            listed.Add(happened);
        }

        foreach (var some in listed.Where(e => e.Id is not null && e.Type is not null).Chunk(100))
        {
            var seen = await SubscriptionStore.ListSeenAsync(database, [.. some.Select(e => e.Id!)], cancellationToken);
            foreach (var happened in some.Where(e => !seen.Contains(e.Id!)))
            {
                missed += (await webhook.TakeAsync(happened, cancellationToken)).Outcome == WebhookOutcome.Handled ? 1 : 0;
            }
        }

        await database.WriteAsync(transaction => Settings.SetAsync(transaction, Setting, Format(begun)), cancellationToken);
        return missed;
    }

    private static string Format(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Parse(string text) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));
}
