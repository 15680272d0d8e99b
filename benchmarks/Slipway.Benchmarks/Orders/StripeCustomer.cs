using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Benchmarks.Orders;

/// <summary>A customer at LocalCloud's Stripe, and Stripe's signed word of what happened there.</summary>
public sealed class StripeCustomer(Uri cloud, Uri server) : IDisposable
{
    /// <summary>Stripe gives no event the id of another, whoever caused it.</summary>
    private static int s_events;

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = 256 });

    /// <summary>What the customer does at Stripe, before anybody here is told of it.</summary>
    /// <returns>The subscription.</returns>
    public async Task<string> SubscribeAsync(string agent, CancellationToken cancellationToken, string price = "price_hello")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cloud, "/stripe/v1/checkout/sessions"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["mode"] = "subscription",
                ["line_items[0][price]"] = price,
                ["client_reference_id"] = agent,
                ["success_url"] = "http://127.0.0.1/thanks",
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_local");
        using var opened = await _http.SendAsync(request, cancellationToken);
        var session = await TextAsync(opened, "id", cancellationToken);
        using var paid = await _http.PostAsync(new Uri(cloud, $"/_local/stripe/checkout/{session}/pay"), null, cancellationToken);
        return await TextAsync(paid, "subscription", cancellationToken);
    }

    /// <summary>Delivers "the checkout was completed" and returns when it was answered.</summary>
    public Task TellPaidAsync(string subscription, CancellationToken cancellationToken) =>
        TellAsync("checkout.session.completed", $$"""{"id":"cs_bench","subscription":"{{subscription}}"}""", cancellationToken);

    /// <summary>Delivers "the subscription changed" and returns when it was answered.</summary>
    public Task TellChangedAsync(string subscription, CancellationToken cancellationToken) =>
        TellAsync("customer.subscription.updated", $$"""{"id":"{{subscription}}","object":"subscription"}""", cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task TellAsync(string type, string about, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"evt_bench_{Environment.ProcessId}_{Interlocked.Increment(ref s_events)}");
        var body = Encoding.UTF8.GetBytes($$$"""{"id":"{{{id}}}","object":"event","type":"{{{type}}}","data":{"object":{{{about}}} } }""");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData("whsec_local"u8, [.. Encoding.ASCII.GetBytes($"{timestamp}."), .. body]);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.Add("Stripe-Signature", $"t={timestamp},v1={Convert.ToHexStringLower(signature)}");
        using var answer = await _http.PostAsync(new Uri(server, "/webhooks/stripe"), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, string name, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty(name).GetString()!;
    }
}
