using System.Globalization;

namespace Slipway.Benchmarks.Orders;

/// <summary>Paid event → the agent's own health check has passed, on real machines, for each executor; one after another, taking turns.</summary>
public sealed class MachineBenchmark(Uri cloud, Uri server, string token, WorkflowRunner runner, TextWriter output)
{
    private static readonly (string Key, string Name, string Blueprint)[] s_executors =
        [("server", "the server itself", "hello"), ("github-actions", "a workflow run", "hello2")];

    public async Task RunAsync(string? executor, int machines, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await runner.CommitAsync(stop.Token);
        var running = runner.RunAsync(stop.Token);
        var rows = s_executors.Where(e => executor is null || e.Key == executor)
            .Select(e => (e.Name, Boot: new PaidBoot(cloud, server, token) { Blueprint = e.Blueprint }, Times: new List<TimeSpan>())).ToList();
        // The first of each pays for caches and compilation.
        foreach (var (_, boot, _) in rows)
        {
            await boot.RunAsync(stop.Token);
        }

        for (var i = 0; i < machines; i++)
        {
            foreach (var (_, boot, times) in rows)
            {
                times.Add((await boot.RunAsync(stop.Token)).Total);
            }
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Line($"| paid event → health passed, {machines} real machines one after another: s | p50 | p95 | p99 |");
        Line($"|---|---|---|---|");
        foreach (var (name, boot, times) in rows)
        {
            var all = new Latencies(times);
            Line($"| made by {name} | {all.At(0.5).TotalSeconds:0.00} | {all.At(0.95).TotalSeconds:0.00} | {all.At(0.99).TotalSeconds:0.00} |");
            boot.Dispose();
        }

        Line($"");
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
