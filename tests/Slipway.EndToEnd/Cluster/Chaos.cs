using Xunit.Abstractions;

namespace Slipway.EndToEnd.Cluster;

/// <summary>What happens to servers: one thing after another, as the seed has it.</summary>
internal sealed class Chaos(ClusterStack stack, Random random, ITestOutputHelper output)
{
    /// <summary>Longer than others wait before they take over.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(14);

    private int _last = -1;

    /// <summary>How often each thing happened.</summary>
    public Dictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    public async Task StrikeAsync()
    {
        // Never the same twice in a row, so that two minutes see most of it.
        int choice;
        do
        {
            choice = random.Next(NetworkCut.IsPossible ? 5 : 4);
        }
        while (choice == _last);

        _last = choice;
        var node = random.Next(stack.Servers.Count);
        var (what, strike) = choice switch
        {
            0 => ("kill -9", () => KillAsync(node)),
            1 => ("stopped and continued", () => HangAsync(node)),
            2 => ("PostgreSQL crashed", CrashAsync),
            3 => ("rolling restart", RollAsync),
            _ => ("cut off from PostgreSQL", (Func<Task>)(() => CutAsync(node))),
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

    private async Task CutAsync(int node)
    {
        using var cut = await NetworkCut.BetweenAsync(ClusterStack.WayOf(node), stack.Postgres.Port);
        await Task.Delay(TooLong, TimeProvider.System);
    }
}
