using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>A subscription as Stripe tells it, in the shape before and after the period moved to the items (2025-03).</summary>
public sealed record StripeSubscription
{
    public required string Id { get; init; }

    /// <summary><c>incomplete</c>, <c>incomplete_expired</c>, <c>trialing</c>, <c>active</c>, <c>past_due</c>, <c>unpaid</c>, <c>paused</c> or <c>canceled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Seconds since 1970, as all times here.</summary>
    public long Created { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? Customer { get; init; }

    public bool CancelAtPeriodEnd { get; init; }

    public long? CancelAt { get; init; }

    /// <summary>The period's old place.</summary>
    public long? CurrentPeriodStart { get; init; }

    public long? CurrentPeriodEnd { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? LatestInvoice { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    public StripeList<StripeSubscriptionItem>? Items { get; init; }

    [JsonIgnore]
    public string? Price => Items?.Data is [var first, ..] ? first.Price?.Id : null;

    [JsonIgnore]
    public DateTimeOffset PeriodStart => Time(CurrentPeriodStart ?? Items?.Data.Max(i => i.CurrentPeriodStart)) ?? DateTimeOffset.FromUnixTimeSeconds(Created);

    /// <summary>When it ends by a cancellation that was already asked for; null if none was.</summary>
    [JsonIgnore]
    public DateTimeOffset? EndsAt => Time(CancelAt ?? (CancelAtPeriodEnd ? CurrentPeriodEnd ?? Items?.Data.Max(i => i.CurrentPeriodEnd) : null));

    private static DateTimeOffset? Time(long? seconds) => seconds is { } s ? DateTimeOffset.FromUnixTimeSeconds(s) : null;
}

public sealed record StripeSubscriptionItem
{
    public long? CurrentPeriodStart { get; init; }

    public long? CurrentPeriodEnd { get; init; }

    public StripePrice? Price { get; init; }
}

public sealed record StripePrice
{
    public string? Id { get; init; }
}
