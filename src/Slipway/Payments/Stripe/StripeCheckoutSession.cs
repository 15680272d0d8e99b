using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>A Checkout session: the order that a subscription came from.</summary>
public sealed record StripeCheckoutSession
{
    public required string Id { get; init; }

    /// <summary><c>open</c>, <c>complete</c> or <c>expired</c>.</summary>
    public string? Status { get; init; }

    public string? PaymentStatus { get; init; }

    public string? ClientReferenceId { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? Subscription { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>Where the customer pays; null once that is over.</summary>
    public string? Url { get; init; }

    [JsonIgnore]
    public bool IsPaid => PaymentStatus is "paid" or "no_payment_required";

    [JsonIgnore]
    public string? AgentId => ClientReferenceId ?? Metadata?.GetValueOrDefault("agent_id");
}

/// <summary>What to sell to whom.</summary>
/// <param name="AgentId">The order; the session and its subscription both carry it.</param>
/// <param name="Price">Stripe's id of the price.</param>
/// <param name="SuccessUrl">Where the customer comes back to; may hold <c>{CHECKOUT_SESSION_ID}</c>.</param>
/// <param name="CancelUrl">Where the customer comes back to without having paid.</param>
public sealed record StripeOrder(string AgentId, string Price, Uri SuccessUrl, Uri CancelUrl);
