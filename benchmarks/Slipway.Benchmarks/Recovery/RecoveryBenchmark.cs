using System.Diagnostics;
using System.Globalization;
using Slipway.Benchmarks.Engine;

namespace Slipway.Benchmarks.Recovery;

/// <summary>How long nothing happens after a server is killed in the middle of much work.</summary>
public sealed class RecoveryBenchmark(FileInfo localCloud, DirectoryInfo work, TimeProvider time, TextWriter output)
{
    /// <summary>When the server dies: so many of the machines have been made. None is ready, because they boot longer than that takes.</summary>
    private static readonly (string Name, double Made)[] Moments = [("half of the machines made", 0.5), ("all machines boot", 1)];

    /// <summary>All provisions are in flight then.</summary>
    private static readonly string[] SlowMachines = ["--rate-limit", "1000000000", "--boot-time", "20000"];

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(IReadOnlyList<EngineSetup> setups, int provisions, CancellationToken cancellationToken)
    {
        Line($"| | killed when | in flight | in a step of the killed server | held in its memory | not begun | s until it listens | s until all progress | s until all run | servers too many |");
        Line($"|---|---|---|---|---|---|---|---|---|---|");
        foreach (var setup in setups)
        {
            foreach (var (name, made) in Moments)
            {
                await RunAsync(setup, name, provisions, (int)(provisions * made), cancellationToken);
            }
        }

        Line($"");
    }

    private async Task RunAsync(EngineSetup setup, string moment, int provisions, int made, CancellationToken cancellationToken)
    {
        await using var world = await EngineWorld.StartAsync(setup, localCloud, work, SlowMachines, cancellationToken);
        await world.Nodes[0].TellAsync($"draft {provisions}", "drafted", cancellationToken);
        await world.Nodes[0].TellAsync("grant", "granted", cancellationToken);
        await world.AwaitMachinesAsync("cloud_init", made, cancellationToken);

        var victim = world.Nodes[^1];
        var name = await victim.NameAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        await victim.KillAsync();
        var interrupted = new Interrupted(await LookAsync(world, cancellationToken), name, time.GetUtcNow().ToUnixTimeMilliseconds(), isBuried: setup.Nodes > 1);
        var listens = setup.Nodes == 1 ? RestartAsync(world, victim, clock, cancellationToken) : Task.FromResult(TimeSpan.Zero);
        var progress = await AwaitProgressAsync(world, interrupted, clock, cancellationToken);
        var listening = await listens;
        await world.AwaitMachinesAsync("running", provisions, cancellationToken);
        var all = clock.Elapsed;
        // What waits in its row for a word from its machine goes on no sooner than somebody can hear it.
        var resumed = progress > listening ? progress : listening;
        Line($"| {setup.Name} | {moment} | {interrupted.InFlight:N0} | {interrupted.InStep:N0} | {interrupted.Held:N0} | {interrupted.NotBegun:N0} | {(setup.Nodes == 1 ? Seconds(listening) : "–")} | {Seconds(resumed)} | {Seconds(all)} | {await world.Cloud.CountServersAsync() - provisions} |");
    }

    private static async Task<TimeSpan> RestartAsync(EngineWorld world, NodeProcess victim, Stopwatch clock, CancellationToken cancellationToken)
    {
        await world.RestartAsync(victim, cancellationToken);
        return clock.Elapsed;
    }

    private async Task<TimeSpan> AwaitProgressAsync(EngineWorld world, Interrupted interrupted, Stopwatch clock, CancellationToken cancellationToken)
    {
        using var look = new PeriodicTimer(LookEvery, time);
        TimeSpan at;
        do
        {
            await look.WaitForNextTickAsync(cancellationToken);
            at = clock.Elapsed;
        }
        while (!interrupted.HaveProgressed(await LookAsync(world, cancellationToken)));
        return at;
    }

    private static Task<IReadOnlyList<OperationMark>> LookAsync(EngineWorld world, CancellationToken cancellationToken) =>
        world.QueryAsync<OperationMark>(Interrupted.Query, cancellationToken);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
