using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Payments;

/// <summary>The part of a Stripe event that is read here: which subscription it is about. What became of it is asked of Stripe.</summary>
public sealed record StripeEvent
{
    /// <summary>The types that can mean something for an agent; the webhook endpoint needs no others.</summary>
    public static readonly IReadOnlyList<string> Types =
    [
        "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed", ExpiredType,
        "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
        "customer.subscription.paused", "customer.subscription.resumed",
        "invoice.paid", "invoice.payment_failed", "invoice.payment_action_required",
        "charge.dispute.created", "charge.dispute.closed",
    ];

    private const string ExpiredType = "checkout.session.expired";

    public string? Id { get; init; }

    public string? Type { get; init; }

    public StripeEventData? Data { get; init; }

    /// <summary>Null for an event of another type, or about something else.</summary>
    [JsonIgnore]
    public string? Subscription => Type is null || !Types.Contains(Type) || Data is not { } data || Dispute is not null ? null
        : Type.StartsWith("customer.subscription.", StringComparison.Ordinal) ? IdIn(data.Object, "id")
        // An invoice's place for it until 2025-03 and since.
        : IdIn(data.Object, "subscription") ?? IdIn(In(In(data.Object, "parent"), "subscription_details"), "subscription");

    /// <summary>The dispute that somebody opened or decided, if that is what happened; which subscription it is about has to be found out.</summary>
    [JsonIgnore]
    public string? Dispute => Type is not null && Type.StartsWith("charge.dispute.", StringComparison.Ordinal) && Types.Contains(Type) && Data is { } data ? IdIn(data.Object, "id") : null;

    /// <summary>The Checkout session that expired, if that is what happened: it is final, so nothing needs to be asked.</summary>
    [JsonIgnore]
    public string? ExpiredCheckout => Type == ExpiredType && Data is { } data ? IdIn(data.Object, "id") : null;

    /// <summary>The order that an expired session was for.</summary>
    [JsonIgnore]
    public string? ExpiredOrder => ExpiredCheckout is null ? null : IdIn(Data!.Object, "client_reference_id");

    private static JsonElement In(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string? IdIn(JsonElement parent, string name) => In(parent, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } id ? id : null,
        { ValueKind: JsonValueKind.Object } expanded => IdIn(expanded, "id"),
        _ => null,
    };
}

public sealed record StripeEventData
{
    /// <summary>A Checkout session, a subscription, an invoice or anything else, whatever the event's type says.</summary>
    public JsonElement Object { get; init; }
}
