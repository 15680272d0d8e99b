using Xunit.Abstractions;

namespace Slipway.EndToEnd.Cluster;

/// <summary>What happens to servers and their database: one thing after another, as the seed has it, each before any comes again.</summary>
internal sealed class Chaos(ClusterStack stack, Random random, ITestOutputHelper output)
{
    /// <summary>Longer than others wait before they take over (9.5 s).</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(12);

    private readonly Queue<int> _next = new();

    /// <summary>How often each thing happened.</summary>
    public Dictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    public async Task StrikeAsync()
    {
        if (_next.Count == 0)
        {
            var all = Enumerable.Range(0, stack.Network is null ? 4 : 5).ToArray();
            random.Shuffle(all);
            Array.ForEach(all, _next.Enqueue);
        }

        var choice = _next.Dequeue();
        var node = random.Next(stack.Servers.Count);
        var (what, strike) = choice switch
        {
            0 => ("kill -9", () => KillAsync(node)),
            1 => ("stopped and continued", () => HangAsync(node)),
            2 => ("PostgreSQL crashed", CrashAsync),
            3 => ("rolling restart", RollAsync),
            _ => ("cut off from PostgreSQL", (Func<Task>)(() => stack.Network!.PullAsync(node, TooLong))),
        };
        Happened[what] = Happened.GetValueOrDefault(what) + 1;
        output.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {what}{(choice is 2 or 3 ? "" : $" (node {node})")}");
        await strike();
        await Task.WhenAll(stack.Servers.Select(s => s.ReadyAsync()));
    }

    private async Task KillAsync(int node)
    {
        await stack.Servers[node].KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(random.Next(4)), TimeProvider.System);
        await stack.Servers[node].StartAsync();
    }

    private async Task HangAsync(int node)
    {
        stack.Servers[node].Signal("STOP");
        await Task.Delay(TooLong, TimeProvider.System);
        stack.Servers[node].Signal("CONT");
    }

    private Task CrashAsync() => stack.Postgres.CrashAsync(TimeSpan.FromSeconds(random.Next(10)));

    private async Task RollAsync()
    {
        foreach (var server in stack.Servers)
        {
            await server.StopAsync();
            await server.StartAsync();
        }
    }
}
