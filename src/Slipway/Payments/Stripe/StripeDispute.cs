using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>A customer's bank takes a payment back, or asks whether it may.</summary>
public sealed record StripeDispute
{
    public required string Id { get; init; }

    /// <summary><c>needs_response</c>, <c>under_review</c>, <c>warning_…</c>; decided are <c>won</c>, <c>lost</c>, <c>warning_closed</c> and <c>prevented</c>.</summary>
    public required string Status { get; init; }

    public string? Reason { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? PaymentIntent { get; init; }
}

/// <summary>A payment, as far as it names what it was for, which it did until 2025-03.</summary>
public sealed record StripePaymentIntent
{
    [JsonConverter(typeof(IdOrObject))]
    public string? Invoice { get; init; }
}
