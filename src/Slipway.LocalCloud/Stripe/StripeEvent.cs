using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record StripeEvent(
    string Id, string Object, string ApiVersion, long Created, StripeEventData Data, bool Livemode, int PendingWebhooks,
    StripeEventRequest Request, string Type);

internal sealed record StripeEventData(JsonElement Object);

internal sealed record StripeEventRequest(string? Id, string? IdempotencyKey);

/// <summary>Who is told of which events; the secret is shown once, when the endpoint is made.</summary>
internal sealed record WebhookEndpoint(
    string Id, string Object, long Created, IReadOnlyList<string> EnabledEvents, bool Livemode,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret, string Status, string Url)
{
    public bool Wants(string type) => EnabledEvents.Any(e => e == "*" || e == type);
}
