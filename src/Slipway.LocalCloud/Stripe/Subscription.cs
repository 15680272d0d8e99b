using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record Subscription
{
    public static readonly IReadOnlyList<string> Statuses =
        ["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"];

    public required string Id { get; init; }

    public string Object { get; init; } = "subscription";

    public required long BillingCycleAnchor { get; init; }

    public long? CancelAt { get; init; }

    public bool CancelAtPeriodEnd { get; init; }

    public long? CanceledAt { get; init; }

    public string CollectionMethod { get; init; } = "charge_automatically";

    public required long Created { get; init; }

    public required string Currency { get; init; }

    public required string Customer { get; init; }

    public long? EndedAt { get; init; }

    public required StripeList<SubscriptionItem> Items { get; init; }

    public string? LatestInvoice { get; init; }

    public bool Livemode { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required long StartDate { get; init; }

    public required string Status { get; init; }

    public string? TestClock { get; init; }

    public long? TrialEnd { get; init; }

    public long? TrialStart { get; init; }

    [JsonIgnore]
    public bool HasEnded => Status is "canceled" or "incomplete_expired";

    [JsonIgnore]
    public long PeriodStart => Items.Data[0].CurrentPeriodStart;

    [JsonIgnore]
    public long PeriodEnd => Items.Data[0].CurrentPeriodEnd;

    [JsonIgnore]
    public long Amount => Items.Data.Sum(i => i.Price.UnitAmount * i.Quantity);

    public Subscription WithPeriod(long start, long end) => this with
    {
        Items = Items with { Data = Items.Data.Select(i => i with { CurrentPeriodStart = start, CurrentPeriodEnd = end }).ToList() },
    };
}

/// <summary>Today's place of the period: on the item, no longer on the subscription.</summary>
internal sealed record SubscriptionItem(
    string Id, string Object, long Created, long CurrentPeriodStart, long CurrentPeriodEnd, IReadOnlyDictionary<string, string> Metadata, Price Price,
    long Quantity, string Subscription);
