using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Client;

namespace Slipway.EndToEnd.Cluster;

/// <summary>Customers who order, pay and leave, whatever happens to the servers: what was not answered is said again, as Stripe does.</summary>
internal sealed class Shop(Uri address, Uri cloud, string token) : IDisposable
{
    private const string WebhookSecret = "whsec_local";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = address, Timeout = AnswerLimit };
    private readonly HttpClient _stripe = new() { BaseAddress = cloud, DefaultRequestHeaders = { Authorization = new("Bearer", "sk_test_local") } };
    private readonly ConcurrentDictionary<string, string> _subscriptions = new(StringComparer.Ordinal);
    private int _events;

    /// <summary>Agents whose payment was taken and not cancelled.</summary>
    public List<string> Paid { get; } = [];

    public List<string> Cancelled { get; } = [];

    public async Task<string> OrderAsync(CancellationToken cancellationToken)
    {
        var agent = await InsistAsync(
            async client => (await client.Agents.CreateAsync(
                new CreateAgentRequest
                {
                    Blueprint = "hello",
                    Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING_TOKEN"] = "planted-secret-0123456789abcdef" },
                },
                cancellationToken)).Id,
            cancellationToken);
        var subscription = _subscriptions[agent] = await CheckOutAsync(agent, cancellationToken);
        await SayAsync("checkout.session.completed", new { id = "cs_" + agent, subscription }, cancellationToken);
        lock (Paid)
        {
            Paid.Add(agent);
        }

        return agent;
    }

    public async Task CancelAsync(string agent, CancellationToken cancellationToken)
    {
        Paid.Remove(agent);
        Cancelled.Add(agent);
        var subscription = _subscriptions[agent];
        using (var cancelled = await _stripe.DeleteAsync(new Uri($"stripe/v1/subscriptions/{subscription}", UriKind.Relative), cancellationToken))
        {
            cancelled.EnsureSuccessStatusCode();
        }

        await SayAsync("customer.subscription.deleted", new { id = subscription }, cancellationToken);
    }

    public Task<IReadOnlyList<AgentResource>> ListAsync(CancellationToken cancellationToken) =>
        InsistAsync(client => client.Agents.ListAsync(cancellationToken), cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _stripe.Dispose();
    }

    /// <summary>A session at LocalCloud's Stripe, paid at once.</summary>
    private async Task<string> CheckOutAsync(string agent, CancellationToken cancellationToken)
    {
        using var order = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mode"] = "subscription",
            ["line_items[0][price]"] = "price_hello",
            ["client_reference_id"] = agent,
            ["success_url"] = "http://127.0.0.1/thanks",
        });
        using var opened = await _stripe.PostAsync(new Uri("stripe/v1/checkout/sessions", UriKind.Relative), order, cancellationToken);
        var session = await TextAsync(opened, "id", cancellationToken);
        using var paid = await _stripe.PostAsync(new Uri($"_local/stripe/checkout/{session}/pay", UriKind.Relative), null, cancellationToken);
        return await TextAsync(paid, "subscription", cancellationToken);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, string name, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty(name).GetString()!;
    }

    private async Task SayAsync(string type, object subject, CancellationToken cancellationToken)
    {
        var id = $"evt_{Interlocked.Increment(ref _events)}";
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id, @object = "event", type, data = new { @object = subject } });
        await InsistAsync(
            async _ =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("webhooks/stripe", UriKind.Relative)) { Content = new ByteArrayContent(body) };
                request.Content.Headers.Add("Content-Type", "application/json");
                request.Headers.Add("Stripe-Signature", Sign(body));
                using var answer = await _http.SendAsync(request, cancellationToken);
                return (int)answer.StatusCode < 500 ? answer.EnsureSuccessStatusCode().StatusCode : throw new HttpRequestException($"{answer.StatusCode}");
            },
            cancellationToken);
    }

    private async Task<T> InsistAsync<T>(Func<SlipwayClient, Task<T>> say, CancellationToken cancellationToken)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (true)
        {
            try
            {
                using var http = new HttpClient { BaseAddress = address, Timeout = AnswerLimit };
                http.DefaultRequestHeaders.Authorization = new("Bearer", token);
                using var client = new SlipwayClient(http);
                return await say(client);
            }
            catch (Exception e) when (e is HttpRequestException or SlipwayException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                await pause.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private static string Sign(byte[] body)
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp + "."), .. body];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(WebhookSecret), signed);
        return $"t={timestamp},v1={Convert.ToHexStringLower(mac)}";
    }
}
