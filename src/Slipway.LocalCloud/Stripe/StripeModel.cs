using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record CheckoutSession
{
    public required string Id { get; init; }

    public string Object { get; init; } = "checkout.session";

    public required long AmountTotal { get; init; }

    public string? CancelUrl { get; init; }

    public string? ClientReferenceId { get; init; }

    public required long Created { get; init; }

    public string Currency { get; init; } = "eur";

    public string? Customer { get; init; }

    public string? CustomerEmail { get; init; }

    public required long ExpiresAt { get; init; }

    public bool Livemode { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required string Mode { get; init; }

    public required string PaymentStatus { get; init; }

    public required string Status { get; init; }

    public string? Subscription { get; init; }

    public string? SuccessUrl { get; init; }

    public string? Url { get; init; }

    /// <summary>Not copied from the session's metadata: they are the subscription's own.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> SubscriptionMetadata { get; init; } = new Dictionary<string, string>();

    [JsonIgnore]
    public IReadOnlyList<(string Price, long Quantity)> LineItems { get; init; } = [];
}

internal sealed record Subscription
{
    public required string Id { get; init; }

    public string Object { get; init; } = "subscription";

    public long? CancelAt { get; init; }

    public bool CancelAtPeriodEnd { get; init; }

    public long? CanceledAt { get; init; }

    public string CollectionMethod { get; init; } = "charge_automatically";

    public required long Created { get; init; }

    public string Currency { get; init; } = "eur";

    public required string Customer { get; init; }

    public long? EndedAt { get; init; }

    public required StripeList<SubscriptionItem> Items { get; init; }

    public bool Livemode { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required string Status { get; init; }
}

/// <summary>Today's place of the period: on the item, no longer on the subscription.</summary>
internal sealed record SubscriptionItem(
    string Id, string Object, long Created, long CurrentPeriodStart, long CurrentPeriodEnd, StripePrice Price, long Quantity, string Subscription);

internal sealed record StripePrice(string Id, string Object);

internal sealed record StripeList<T>(string Object, IReadOnlyList<T> Data, bool HasMore, string Url);

internal sealed record StripeEvent(
    string Id, string Object, string ApiVersion, long Created, StripeEventData Data, bool Livemode, int PendingWebhooks,
    StripeEventRequest Request, string Type);

internal sealed record StripeEventData(JsonElement Object);

internal sealed record StripeEventRequest(string? Id, string? IdempotencyKey);

internal sealed record StripeErrorBody(StripeErrorContent Error);

internal sealed record StripeErrorContent(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Param,
    string Type);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CheckoutSession))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripeList<StripeEvent>))]
[JsonSerializable(typeof(StripeErrorBody))]
internal sealed partial class StripeJson : JsonSerializerContext
{
    public static StripeJson Wire => Default;
}
