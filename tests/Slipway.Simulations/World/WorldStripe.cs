using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Simulations;

/// <summary>Stripe as the world's nodes ask it: subscriptions that are paid or cancelled, and refunds of which there can be one for a payment. Ids follow from the agent's, so that a seed is a run.</summary>
internal sealed class WorldStripe
{
    private readonly Dictionary<string, (string Agent, string Status)> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refunds = new(StringComparer.Ordinal);

    /// <summary>The payments that were given back, and by how many refunds.</summary>
    public IReadOnlyDictionary<string, string> Refunds => _refunds;

    /// <summary>The customer pays; one who left before stays away.</summary>
    public void Pay(string agent) => _subscriptions.TryAdd(Id(agent), (agent, "active"));

    public void Cancel(string agent) => _subscriptions[Id(agent)] = (agent, "canceled");

    public static string Id(string agent) => "sub_" + agent;

    public string? StatusOf(string subscription) => _subscriptions.TryGetValue(subscription, out var found) ? found.Status : null;

    public Reply Answer(Call call)
    {
        var form = WebUtility.UrlDecode(Encoding.UTF8.GetString(call.Body)).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=', 2)).ToDictionary(f => f[0], f => f[1]);
        return (call.Method, call.Address.AbsolutePath["/stripe/v1/".Length..].Split('/')) switch
        {
            ("GET", ["subscriptions", var id]) => _subscriptions.ContainsKey(id) ? Ok(Subscription(id)) : Refused(404, "resource_missing"),
            ("DELETE", ["subscriptions", var id]) => End(id),
            ("GET", ["checkout", "sessions"]) => Ok(new JsonObject { ["data"] = new JsonArray(Session(call.Address.Query.Split("subscription=")[1].Split('&')[0])) }),
            // Nobody here pays after having been given up.
            ("GET", ["invoices"]) => Ok(new JsonObject { ["data"] = new JsonArray() }),
            ("GET", ["invoices", var id]) => Ok(Invoice(id)),
            ("POST", ["refunds"]) => Refund(form["payment_intent"]),
            _ => throw new InvalidOperationException($"Nobody arranged Stripe's answer to {call.Method} {call.Address.PathAndQuery}."),
        };
    }

    private Reply End(string id)
    {
        if (StatusOf(id) is not "active")
        {
            return Refused(404, "resource_missing");
        }

        _subscriptions[id] = (_subscriptions[id].Agent, "canceled");
        return Ok(Subscription(id));
    }

    private Reply Refund(string payment)
    {
        // Whoever asks again under the payment's own key is told of the same refund.
        _refunds.TryAdd(payment, "re_" + payment);
        return Ok(new JsonObject { ["id"] = _refunds[payment], ["status"] = "succeeded" });
    }

    private JsonObject Subscription(string id) => new()
    {
        ["id"] = id,
        ["status"] = _subscriptions[id].Status,
        ["customer"] = "cus_1",
        ["latest_invoice"] = "in_" + id,
        ["items"] = new JsonObject { ["data"] = new JsonArray() },
    };

    private JsonObject Session(string subscription) => new()
    {
        ["id"] = "cs_" + subscription,
        ["payment_status"] = "paid",
        ["client_reference_id"] = _subscriptions[subscription].Agent,
        ["subscription"] = subscription,
    };

    private static JsonObject Invoice(string id) => new()
    {
        ["id"] = id,
        ["amount_paid"] = 2900,
        ["payments"] = new JsonObject
        {
            ["data"] = new JsonArray(new JsonObject { ["status"] = "paid", ["payment"] = new JsonObject { ["payment_intent"] = "pi_" + id } }),
        },
    };

    private static Reply Ok(JsonObject answer) => new(200, [], Encoding.UTF8.GetBytes(answer.ToJsonString()));

    private static Reply Refused(int status, string code) =>
        new(status, [], Encoding.UTF8.GetBytes(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = code } }.ToJsonString()));
}
