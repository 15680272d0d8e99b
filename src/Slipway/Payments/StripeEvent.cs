using System.Text.Json.Serialization;

namespace Slipway.Payments;

/// <summary>The part of a Stripe event that is read here; everything else is ignored.</summary>
public sealed record StripeEvent
{
    public string? Id { get; init; }

    public string? Type { get; init; }

    public StripeEventData? Data { get; init; }
}

public sealed record StripeEventData
{
    public StripeObject? Object { get; init; }
}

/// <summary>A Checkout session or a subscription, whichever the event's type says.</summary>
public sealed record StripeObject
{
    public string? Id { get; init; }

    public string? Mode { get; init; }

    public string? PaymentStatus { get; init; }

    public string? ClientReferenceId { get; init; }

    public string? Subscription { get; init; }

    public string? Customer { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StripeEvent))]
internal sealed partial class StripeJson : JsonSerializerContext;
