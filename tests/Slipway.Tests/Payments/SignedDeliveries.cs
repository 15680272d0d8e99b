using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Payments;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

/// <summary>Stripe's side of the webhook: events as it writes them, signed by hand as it signs them.</summary>
internal sealed class SignedDeliveries(TestAgents agents)
{
    private const string Secret = "whsec_by_hand";

    public PaymentsOptions Options { get; } = new() { WebhookSecrets = { Secret } };

    public Task<WebhookResult> DeliverAsync(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return DeliverAsync(bytes, Sign(bytes));
    }

    public Task<WebhookResult> DeliverAsync(byte[] body, string? signature) => new StripeWebhook(
        agents.Database, agents.Store, agents.Lifecycle, agents.Engine.Alerts, Options, agents.Engine.Time, NullLogger<StripeWebhook>.Instance).HandleAsync(body, signature);

    public string Sign(byte[] body, string secret = Secret)
    {
        var timestamp = agents.Engine.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(timestamp + ".").Concat(body).ToArray());
        return $"t={timestamp},v1={Convert.ToHexStringLower(mac)}";
    }

    public static string Completed(
        string id, string agent, string type = "checkout.session.completed", string paymentStatus = "paid", string subscription = "sub_1") => Event(
        id,
        type,
        new
        {
            id = "cs_1",
            mode = "subscription",
            payment_status = paymentStatus,
            client_reference_id = agent,
            subscription,
            customer = "cus_1",
            metadata = new { price = "price_1" },
        });

    public static string Deleted(string id, string subscription = "sub_1") =>
        Event(id, "customer.subscription.deleted", new { id = subscription, customer = "cus_1", status = "canceled" });

    public static string Event(string id, string type, object subject) =>
        JsonSerializer.Serialize(new { id, @object = "event", type, data = new { @object = subject } });
}
