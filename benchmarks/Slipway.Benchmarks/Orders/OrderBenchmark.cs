using System.Diagnostics;
using System.Globalization;
using Slipway.Benchmarks.Engine;

namespace Slipway.Benchmarks.Orders;

/// <summary>What of an order's way is Slipway's own: from Stripe's signed word to the answer, and to the server asked for at Hetzner.</summary>
public sealed class OrderBenchmark(FileInfo localCloud, DirectoryInfo work, TextWriter output)
{
    private const int Warm = 1000;

    /// <summary>Nothing is to wait for Hetzner's limit, and machines are quick, so that one order is over before the next.</summary>
    private static readonly string[] Quick = ["--rate-limit", "1000000000", "--create-time", "20", "--start-time", "20", "--boot-time", "50"];

    public async Task RunAsync(bool wire, bool webhook, OrderLoad load, CancellationToken cancellationToken)
    {
        await using var front = await CreationFront.StartAsync();
        var setup = new EngineSetup("SQLite, 1 node", 1, null) { Hetzner = new Uri(front.Url, "v1/") };
        await using var world = await EngineWorld.StartAsync(setup, localCloud, work, Quick, cancellationToken, cloud => front.Target = cloud);
        using var customer = new StripeCustomer(world.Cloud.Url, new Uri(world.Nodes[0].Settings["urls"]));
        var sales = new Sales(world, customer, front);

        // A server compiles its code, and makes the shared firewall, once in its life.
        await sales.DraftAsync(Warm, cancellationToken);
        await sales.PayOpenLoopAsync(Warm, 100, cancellationToken);
        await CompiledAsync(world.Nodes[0], cancellationToken);

        Line($"| | a second | count | p50 ms | p95 ms | p99 ms | longest ms | ms CPU each: server | LocalCloud |");
        Line($"|---|---|---|---|---|---|---|---|---|");
        if (wire)
        {
            await sales.DraftAsync(load.Idle, cancellationToken);
            await RowAsync(world, "paid event → `POST /servers`, one at a time", () => sales.PayOneByOneAsync(load.Idle, cancellationToken), cancellationToken);
            var together = load.Orders * load.Seconds;
            await sales.DraftAsync(together, cancellationToken);
            await RowAsync(world, "paid event → `POST /servers`", () => sales.PayOpenLoopAsync(together, load.Orders, cancellationToken), cancellationToken);
        }

        if (webhook)
        {
            await RowAsync(world, "event → answer", () => sales.ChangeAsync(load.Events * load.Seconds, load.Events, cancellationToken), cancellationToken);
        }

        Line($"");
    }

    private async Task RowAsync(EngineWorld world, string name, Func<Task<Latencies>> measure, CancellationToken cancellationToken)
    {
        var (cpu, cloud) = ((await world.Nodes[0].FiguresAsync(cancellationToken)).Cpu, world.Cloud.Cpu);
        var times = await measure();
        await world.AwaitQuietAsync(cancellationToken);
        (cpu, cloud) = ((await world.Nodes[0].FiguresAsync(cancellationToken)).Cpu - cpu, world.Cloud.Cpu - cloud);
        Line($"| {name} | {(times.PerSecond is { } rate ? $"{rate:0}" : "–")} | {times.Times.Count:N0} | {Ms(0.5)} | {Ms(0.95)} | {Ms(0.99)} | {Ms(1)} | {1000 * cpu / times.Times.Count:0.0} | {cloud.TotalMilliseconds / times.Times.Count:0.0} |");

        string Ms(double quantile) => times.At(quantile).TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
    }

    /// <summary>What ran often is compiled anew in the background, which is no part of an order.</summary>
    private static async Task CompiledAsync(NodeProcess node, CancellationToken cancellationToken)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        for (double before, used = (await node.FiguresAsync(cancellationToken)).Cpu; ;)
        {
            await second.WaitForNextTickAsync(cancellationToken);
            (before, used) = (used, (await node.FiguresAsync(cancellationToken)).Cpu);
            if (used - before < 0.05)
            {
                return;
            }
        }
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Agents to be sold, and those that were.</summary>
    private sealed class Sales(EngineWorld world, StripeCustomer customer, CreationFront front)
    {
        private readonly List<(string Agent, string Subscription)> _drafts = [];
        private readonly List<string> _sold = [];

        /// <summary>Orders that are paid for at Stripe, of which nobody was told yet.</summary>
        public async Task DraftAsync(int count, CancellationToken cancellationToken)
        {
            await world.Nodes[0].TellAsync($"draft {count}", "drafted", cancellationToken);
            var drafts = await world.QueryAsync<string>("SELECT id FROM agents WHERE status = 'Draft'", cancellationToken);
            foreach (var some in drafts.Chunk(16))
            {
                _drafts.AddRange(await Task.WhenAll(some.Select(async agent => (agent, await customer.SubscribeAsync(agent, cancellationToken)))));
            }
        }

        public async Task<Latencies> PayOneByOneAsync(int count, CancellationToken cancellationToken)
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < count; i++)
            {
                times.Add(await PayAsync(i, Stopwatch.GetTimestamp(), cancellationToken));
                await world.AwaitQuietAsync(cancellationToken);
            }

            Sold();
            return new Latencies(times);
        }

        public async Task<Latencies> PayOpenLoopAsync(int count, double perSecond, CancellationToken cancellationToken)
        {
            var times = await Arrivals.RunAsync(count, perSecond, (i, moment) => PayAsync(i, moment, cancellationToken), cancellationToken);
            await world.AwaitQuietAsync(cancellationToken);
            Sold();
            return times;
        }

        /// <summary>News of subscriptions whose agents run, as renewals bring it.</summary>
        public Task<Latencies> ChangeAsync(int count, double perSecond, CancellationToken cancellationToken) => Arrivals.RunAsync(
            count,
            perSecond,
            async (i, moment) =>
            {
                await customer.TellChangedAsync(_sold[i % _sold.Count], cancellationToken);
                return Stopwatch.GetElapsedTime(moment);
            },
            cancellationToken);

        private async Task<TimeSpan> PayAsync(int number, long moment, CancellationToken cancellationToken)
        {
            var (agent, subscription) = _drafts[number];
            var seen = front.SeenAsync(agent, cancellationToken);
            await customer.TellPaidAsync(subscription, cancellationToken);
            return Stopwatch.GetElapsedTime(moment, await seen);
        }

        private void Sold()
        {
            _sold.AddRange(_drafts.Select(d => d.Subscription));
            _drafts.Clear();
        }
    }
}

/// <summary>How much is asked of it.</summary>
/// <param name="Idle">Orders one at a time.</param>
/// <param name="Orders">A second.</param>
/// <param name="Events">A second.</param>
/// <param name="Seconds">How long each.</param>
public sealed record OrderLoad(int Idle, int Orders, int Events, int Seconds);
