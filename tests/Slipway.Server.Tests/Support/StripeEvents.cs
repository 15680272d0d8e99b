using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Server.Tests.Support;

/// <summary>Stripe's events and Stripe's signature on them, made independently of the code that checks them.</summary>
internal static class StripeEvents
{
    public const string WebhookSecret = "whsec_local";
    public const string Price = "price_hello";

    public static string Paid(string agent, string id, string subscription = "sub_1", string price = Price) => Event(id, "checkout.session.completed", new JsonObject
    {
        ["id"] = "cs_" + id,
        ["object"] = "checkout.session",
        ["mode"] = "subscription",
        ["payment_status"] = "paid",
        ["client_reference_id"] = agent,
        ["subscription"] = subscription,
        ["customer"] = "cus_1",
        ["metadata"] = new JsonObject { ["price"] = price },
    });

    public static string Cancelled(string id, string subscription = "sub_1") => Event(id, "customer.subscription.deleted", new JsonObject
    {
        ["id"] = subscription,
        ["object"] = "subscription",
        ["status"] = "canceled",
        ["customer"] = "cus_1",
    });

    /// <summary>Says that something changed, and what it says of that is out of date.</summary>
    public static string Updated(string id, string subscription) => Event(id, "customer.subscription.updated", new JsonObject
    {
        ["id"] = subscription,
        ["object"] = "subscription",
        ["status"] = "incomplete",
        ["customer"] = "cus_1",
    });

    public static HttpRequestMessage Signed(string body, DateTimeOffset at, string secret = WebhookSecret)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, "webhooks/stripe") { Content = content };
        request.Headers.Add("Stripe-Signature", $"t={timestamp},v1={signature}");
        return request;
    }

    private static string Event(string id, string type, JsonObject subject) => new JsonObject
    {
        ["id"] = id,
        ["object"] = "event",
        ["type"] = type,
        ["data"] = new JsonObject { ["object"] = subject },
    }.ToJsonString();
}
