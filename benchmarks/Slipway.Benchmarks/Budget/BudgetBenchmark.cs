using System.Diagnostics;
using System.Globalization;
using Slipway.Benchmarks.Clients;
using Slipway.Benchmarks.Engine;

namespace Slipway.Benchmarks.Budget;

/// <summary>What an agent costs of Hetzner's hourly requests from create to gone, and what it costs a pipeline that does not care.</summary>
public sealed class BudgetBenchmark(FileInfo localCloud, DirectoryInfo work, TimeProvider time, TextWriter output)
{
    /// <summary>Hetzner's own limit, which is LocalCloud's default, and machines as slow as Hetzner's roughly are: here polling costs requests.</summary>
    private static readonly string[] LikeHetzner = ["--create-time", "8000", "--start-time", "3000", "--boot-time", "5000"];

    public async Task RunAsync(int agents, CancellationToken cancellationToken)
    {
        await using var world = await EngineWorld.StartAsync(new EngineSetup("SQLite, 1 node", 1, null), localCloud, work, LikeHetzner, cancellationToken);
        // The budget's own tale begins with a full bucket, and without what a server asks when it starts.
        await world.Cloud.ForgetCountsAsync();
        var slipway = await MeasureAsync("Slipway", world.Cloud, () => SlipwayAsync(world, agents, cancellationToken));
        await world.Nodes[0].KillAsync();
        await world.Cloud.ResetAsync();
        await world.Cloud.ForgetCountsAsync();
        using var pipeline = new NaivePipeline(world.Cloud.Url, CloudProcess.Token, time);
        var naive = await MeasureAsync("naive pipeline", world.Cloud, () => pipeline.RunAsync(agents, cancellationToken));

        Line($"| {agents} agents at once | Hetzner requests per agent | answered 429 | wall s | failed | servers left behind |");
        Line($"|---|---|---|---|---|---|");
        foreach (var row in new[] { slipway, naive })
        {
            Line($"| {row.Name} | {PerAgent(row.Requests.Hetzner.Values.Sum())} | {row.Requests.RateLimited:N0} | {row.Wall.TotalSeconds:0.0} | {row.Failed:N0} | {row.Left:N0} |");
        }

        Line($"");
        Line($"| requests per agent | Slipway | naive pipeline |");
        Line($"|---|---|---|");
        foreach (var route in slipway.Requests.Hetzner.Keys.Union(naive.Requests.Hetzner.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Line($"| `{route}` | {PerAgent(slipway.Requests.Hetzner.GetValueOrDefault(route))} | {PerAgent(naive.Requests.Hetzner.GetValueOrDefault(route))} |");
        }

        Line($"");

        string PerAgent(long requests) => ((double)requests / agents).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static async Task<Row> MeasureAsync(string name, CloudProcess cloud, Func<Task<int>> run)
    {
        var clock = Stopwatch.StartNew();
        var failed = await run();
        var wall = clock.Elapsed;
        return new Row(name, await cloud.CountAsync(), wall, failed, await cloud.CountServersAsync());
    }

    private static async Task<int> SlipwayAsync(EngineWorld world, int agents, CancellationToken cancellationToken)
    {
        await world.Nodes[0].TellAsync($"draft {agents}", "drafted", cancellationToken);
        await world.Nodes[0].TellAsync("grant", "granted", cancellationToken);
        await world.AwaitMachinesAsync("running", agents, cancellationToken);
        await world.Nodes[0].TellAsync("destroy", "destroyed", cancellationToken);
        await world.AwaitMachinesAsync("gone", agents, cancellationToken);
        // A provision that failed has ended the measurement already.
        return 0;
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed record Row(string Name, RequestTotals Requests, TimeSpan Wall, int Failed, int Left);
}
