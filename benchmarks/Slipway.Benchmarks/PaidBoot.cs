using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Client;

namespace Slipway.Benchmarks;

/// <summary>What Slipway took for one agent, and each of its steps.</summary>
public sealed record PaidRun(TimeSpan Total, IReadOnlyDictionary<string, TimeSpan> Steps);

/// <summary>Slipway's way: an order, a signed Stripe event, and the clock until the agent's own health check has passed.</summary>
public sealed class PaidBoot(Uri cloud, Uri server, string token) : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly SlipwayClient _slipway = new(server, token);
    private int _events;

    public async Task<PaidRun> RunAsync(CancellationToken cancellationToken)
    {
        var agent = await OrderAsync(cancellationToken);
        var subscription = await SubscribeAsync(agent, cancellationToken);
        var clock = Stopwatch.StartNew();
        await TellAsync(subscription, cancellationToken);
        var operation = await AwaitOperationAsync(agent, cancellationToken);
        var steps = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        await foreach (var happening in _slipway.Operations.FollowAsync(operation, 0, cancellationToken))
        {
            if (happening is OperationProgress { Entry: { Kind: "done" } done })
            {
                steps[done.Step] = TimeSpan.FromMilliseconds(done.DurationMs ?? 0);
            }
            else if (happening is OperationFinished { Operation: { Status: not "succeeded" } failed })
            {
                throw new InvalidOperationException($"{failed.Id} ended {failed.Status}: {failed.Error}");
            }
        }

        var elapsed = clock.Elapsed;
        await DestroyAsync(agent, cancellationToken);
        return new PaidRun(elapsed, steps);
    }

    /// <summary>How many requests Hetzner has had so far, by anybody.</summary>
    public async Task<int> CountHetznerRequestsAsync(CancellationToken cancellationToken)
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri(cloud, "/_local/requests"), cancellationToken));
        return answer.RootElement.GetProperty("routes").EnumerateObject()
            .Where(r => r.Name.Contains(" /v1/", StringComparison.Ordinal)).Sum(r => r.Value.GetInt32());
    }

    public void Dispose()
    {
        _http.Dispose();
        (_slipway as IDisposable)?.Dispose();
    }

    private async Task<string> OrderAsync(CancellationToken cancellationToken) => (await _slipway.Agents.CreateAsync(
        new CreateAgentRequest
        {
            Blueprint = "hello",
            Secrets = new Dictionary<string, string> { ["GREETING_TOKEN"] = "benchmark-greeting-token" },
        },
        cancellationToken)).Id;

    /// <summary>What the customer does at Stripe, before anybody here is told of it.</summary>
    private async Task<string> SubscribeAsync(string agent, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cloud, "/stripe/v1/checkout/sessions"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["mode"] = "subscription",
                ["line_items[0][price]"] = "price_hello",
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

    private static async Task<string> TextAsync(HttpResponseMessage answer, string name, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty(name).GetString()!;
    }

    /// <summary>Until the subscription was looked at, which is part of what a customer waits for.</summary>
    private async Task<string> AwaitOperationAsync(string agent, CancellationToken cancellationToken)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            if ((await _slipway.Agents.GetAsync(agent, cancellationToken)).Operation is { } operation)
            {
                return operation;
            }

            await pause.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task TellAsync(string subscription, CancellationToken cancellationToken)
    {
        var number = $"{Environment.ProcessId}_{Interlocked.Increment(ref _events)}";
        var body = Encoding.UTF8.GetBytes(
            $$$"""{"id":"evt_bench_{{{number}}}","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_{{{number}}}","subscription":"{{{subscription}}}"} } }""");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData("whsec_local"u8, [.. Encoding.ASCII.GetBytes($"{timestamp}."), .. body]);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.Add("Stripe-Signature", $"t={timestamp},v1={Convert.ToHexStringLower(signature)}");
        using var answer = await _http.PostAsync(new Uri(server, "/webhooks/stripe"), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task DestroyAsync(string agent, CancellationToken cancellationToken)
    {
        var change = await _slipway.Agents.DestroyAsync(agent, cancellationToken);
        await foreach (var happening in _slipway.Operations.FollowAsync(change.Agent.Operation!, 0, cancellationToken))
        {
            _ = happening;
        }
    }
}
