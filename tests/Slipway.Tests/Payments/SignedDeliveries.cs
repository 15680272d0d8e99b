using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Payments;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

/// <summary>Stripe's side of the webhook: events as it writes them, signed by hand as it signs them.</summary>
internal sealed class SignedDeliveries
{
    private const string Secret = "whsec_by_hand";

    private readonly TestAgents _agents;

    public SignedDeliveries(TestAgents agents)
    {
        _agents = agents;
        agents.PaymentsOptions.WebhookSecrets.Add(Secret);
        Webhook = new StripeWebhook(agents.Database, agents.Looks, agents.Checkouts, agents.PaymentsOptions, agents.Engine.Time, NullLogger<StripeWebhook>.Instance);
    }

    public StripeWebhook Webhook { get; }

    public Task<WebhookResult> DeliverAsync(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return DeliverAsync(bytes, Sign(bytes));
    }

    public Task<WebhookResult> DeliverAsync(byte[] body, string? signature) => Webhook.HandleAsync(body, signature);

    public string Sign(byte[] body, string secret = Secret)
    {
        var timestamp = _agents.Engine.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(timestamp + ".").Concat(body).ToArray());
        return $"t={timestamp},v1={Convert.ToHexStringLower(mac)}";
    }

    /// <summary>An event that says no more than which subscription it is about.</summary>
    public static string About(string id, string subscription, string type = "customer.subscription.updated") => Event(id, type, new { id = subscription, @object = "subscription" });

    public static string Event(string id, string type, object subject) =>
        JsonSerializer.Serialize(new { id, @object = "event", type, data = new { @object = subject } });
}
