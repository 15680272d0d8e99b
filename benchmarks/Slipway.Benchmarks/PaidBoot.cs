using System.Diagnostics;
using System.Text.Json;
using Slipway.Benchmarks.Orders;
using Slipway.Client;

namespace Slipway.Benchmarks;

/// <summary>What Slipway took for one agent, and each of its steps.</summary>
public sealed record PaidRun(TimeSpan Total, IReadOnlyDictionary<string, TimeSpan> Steps);

/// <summary>Slipway's way: an order, a signed Stripe event, and the clock until the agent's own health check has passed.</summary>
public sealed class PaidBoot(Uri cloud, Uri server, string token) : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly SlipwayClient _slipway = new(server, token);
    private readonly StripeCustomer _customer = new(cloud, server);

    public string Blueprint { get; init; } = "hello";

    public async Task<PaidRun> RunAsync(CancellationToken cancellationToken)
    {
        var agent = await OrderAsync(cancellationToken);
        var subscription = await _customer.SubscribeAsync(agent, cancellationToken, $"price_{Blueprint}");
        var clock = Stopwatch.StartNew();
        await _customer.TellPaidAsync(subscription, cancellationToken);
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
        _customer.Dispose();
        (_slipway as IDisposable)?.Dispose();
    }

    private async Task<string> OrderAsync(CancellationToken cancellationToken) => (await _slipway.Agents.CreateAsync(
        new CreateAgentRequest
        {
            Blueprint = Blueprint,
            Secrets = new Dictionary<string, string> { ["GREETING_TOKEN"] = "benchmark-greeting-token" },
        },
        cancellationToken)).Id;

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

    private async Task DestroyAsync(string agent, CancellationToken cancellationToken)
    {
        var change = await _slipway.Agents.DestroyAsync(agent, cancellationToken);
        await foreach (var happening in _slipway.Operations.FollowAsync(change.Agent.Operation!, 0, cancellationToken))
        {
            _ = happening;
        }
    }
}
