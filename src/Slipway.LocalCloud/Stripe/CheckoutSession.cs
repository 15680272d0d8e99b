using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record CheckoutSession
{
    public required string Id { get; init; }

    public string Object { get; init; } = "checkout.session";

    public required long AmountSubtotal { get; init; }

    public required long AmountTotal { get; init; }

    public string? CancelUrl { get; init; }

    public string? ClientReferenceId { get; init; }

    public required long Created { get; init; }

    public required string Currency { get; init; }

    public string? Customer { get; init; }

    public string? CustomerEmail { get; init; }

    public required long ExpiresAt { get; init; }

    public string? Invoice { get; init; }

    public bool Livemode { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required string Mode { get; init; }

    public string? PaymentIntent { get; init; }

    public required string PaymentStatus { get; init; }

    public required string Status { get; init; }

    public string? Subscription { get; init; }

    public string? SuccessUrl { get; init; }

    public string? Url { get; init; }

    /// <summary>Not copied from the session's metadata: they are the subscription's own.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> SubscriptionMetadata { get; init; } = new Dictionary<string, string>();

    [JsonIgnore]
    public long TrialDays { get; init; }

    [JsonIgnore]
    public IReadOnlyList<LineItem> LineItems { get; init; } = [];
}

internal sealed record LineItem(Price Price, long Quantity)
{
    public long Amount => Price.UnitAmount * Quantity;
}
