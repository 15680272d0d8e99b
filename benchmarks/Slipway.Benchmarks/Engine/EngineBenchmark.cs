using System.Diagnostics;
using System.Globalization;

namespace Slipway.Benchmarks.Engine;

/// <summary>How many provisions a second the engine carries, and what each costs.</summary>
public sealed class EngineBenchmark(FileInfo localCloud, DirectoryInfo work, TextWriter output)
{
    // Nothing is to wait for Hetzner's limit here, and for the machines no longer than LocalCloud's own defaults.
    private static readonly string[] Unlimited = ["--rate-limit", "1000000000"];

    /// <summary>Longer than any measurement: every machine made is still booting when the scales are read.</summary>
    private static readonly string[] Booting = [.. Unlimited, "--boot-time", "3600000"];

    public async Task RunAsync(IReadOnlyList<EngineSetup> setups, IReadOnlyList<int> sizes, Func<double> postgresCpu, CancellationToken cancellationToken)
    {
        Line($"| | in flight at once | provisions/s | ms CPU per provision: servers | LocalCloud | PostgreSQL | commits per provision |");
        Line($"|---|---|---|---|---|---|---|");
        foreach (var setup in setups)
        {
            foreach (var size in sizes)
            {
                await ThroughputAsync(setup, size, postgresCpu, cancellationToken);
            }
        }

        Line($"");
        Line($"| | in flight | KB per operation in flight |");
        Line($"|---|---|---|");
        foreach (var setup in setups.Where(s => s.Nodes == 1))
        {
            await WeightAsync(setup, sizes[^1], cancellationToken);
        }

        Line($"");
    }

    private async Task ThroughputAsync(EngineSetup setup, int size, Func<double> postgresCpu, CancellationToken cancellationToken)
    {
        await using var stack = await EngineWorld.StartAsync(setup, localCloud, work, Unlimited, cancellationToken);
        // The first pay for compilation and for the shared firewall, which a server does once in its life; they are not counted.
        const int warm = 2000;
        await ProvisionAsync(stack, warm, warm, cancellationToken);
        await stack.Nodes[0].TellAsync($"draft {size}", "drafted", cancellationToken);

        var before = await FiguresAsync(stack, cancellationToken);
        var postgresBefore = postgresCpu();
        var cloudBefore = stack.Cloud.Cpu;
        var clock = Stopwatch.StartNew();
        await stack.Nodes[0].TellAsync("grant", "granted", cancellationToken);
        await stack.AwaitMachinesAsync("running", warm + size, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var after = await FiguresAsync(stack, cancellationToken);
        Line($"| {setup.Name} | {size:N0} | {size / seconds:0} | {PerOne(after.Cpu - before.Cpu):0.0} | {PerOne((stack.Cloud.Cpu - cloudBefore).TotalSeconds):0.0} | {PerOne(postgresCpu() - postgresBefore):0.0} | {(double)(after.Commits - before.Commits) / size:0.0} |");

        double PerOne(double cpu) => 1000 * cpu / size;
    }

    private async Task WeightAsync(EngineSetup setup, int size, CancellationToken cancellationToken)
    {
        await using var stack = await EngineWorld.StartAsync(setup, localCloud, work, Booting, cancellationToken);
        await stack.Nodes[0].TellAsync($"draft {size}", "drafted", cancellationToken);
        var empty = await stack.Nodes[0].WeighAsync(cancellationToken);
        await stack.Nodes[0].TellAsync("grant", "granted", cancellationToken);
        await stack.AwaitMachinesAsync("cloud_init", size, cancellationToken);
        var full = await stack.Nodes[0].WeighAsync(cancellationToken);
        Line($"| {setup.Name} | {size:N0} | {(full - empty) / 1024.0 / size:0.0} |");
    }

    private static async Task ProvisionAsync(EngineWorld stack, int count, int running, CancellationToken cancellationToken)
    {
        await stack.Nodes[0].TellAsync($"draft {count}", "drafted", cancellationToken);
        await stack.Nodes[0].TellAsync("grant", "granted", cancellationToken);
        await stack.AwaitMachinesAsync("running", running, cancellationToken);
    }

    private static async Task<(double Cpu, long Commits)> FiguresAsync(EngineWorld stack, CancellationToken cancellationToken)
    {
        var (cpu, commits) = (0.0, 0L);
        foreach (var node in stack.Nodes)
        {
            var figures = await node.FiguresAsync(cancellationToken);
            cpu += figures.Cpu;
            commits += figures.Commits;
        }

        return (cpu, commits);
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
