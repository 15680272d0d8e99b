using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Xunit.Abstractions;

namespace Slipway.EndToEnd.Cluster;

/// <summary>Three servers as processes, and everything that happens to processes. Beside nothing else: what is measured here is patience.</summary>
[Collection(Name)]
public sealed class ClusterTests(ITestOutputHelper output)
{
    public const string Name = "Cluster";

    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task Trap1_the_work_of_a_killed_server_goes_on_at_another_within_fifteen_seconds()
    {
        await using var stack = await ClusterStack.StartAsync();
        using var shop = new Shop(stack.Servers[1].Address, stack.CloudUrl, stack.Token);
        using var invariants = new Invariants(stack, shop);
        var agents = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            agents.Add(await shop.OrderAsync(default));
        }

        // Booting takes two seconds, so each is in somebody's hands; those of the second are in its memory or its Quartz.
        await stack.Servers[1].KillAsync();
        var since = Stopwatch.GetTimestamp();
        var broken = await HealAsync(stack, invariants);

        broken.ShouldBeEmpty(Story(stack));
        // Fifteen to take over, and what a provision takes by itself.
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(15 + 10), Story(stack));
    }

    [Fact]
    public async Task S1_a_server_with_another_master_key_does_not_join()
    {
        await using var stack = await ClusterStack.StartAsync(servers: 1);
        using var stranger = stack.NewServer(0, ClusterStack.NewKey());

        stranger.Launch();

        (await stranger.EndAsync()).ShouldBe(1);
        stranger.Output.ShouldContain("is not the one its database was written with");
        stack.Servers[0].IsRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task H6_three_servers_near_the_projects_limit_share_what_is_left_and_none_meets_a_429()
    {
        await using var stack = await ClusterStack.StartAsync();
        using var cloud = new HttpClient { BaseAddress = stack.CloudUrl };
        (await cloud.PostAsJsonAsync("_local/rate-limit", new { remaining = 20 })).EnsureSuccessStatusCode();
        using var shop = new Shop(stack.Address, stack.CloudUrl, stack.Token);
        using var invariants = new Invariants(stack, shop);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.OrderAsync(CancellationToken.None)));

        (await HealAsync(stack, invariants)).ShouldBeEmpty(Story(stack));
    }

    [Fact]
    public async Task Whatever_happens_to_servers_and_database_every_paid_agent_gets_one_machine_and_nothing_is_left_of_the_others()
    {
        await using var stack = await ClusterStack.StartAsync();
        using var shop = new Shop(stack.Address, stack.CloudUrl, stack.Token);
        using var invariants = new Invariants(stack, shop);

        await SurviveAsync(stack, shop, invariants, most: int.MaxValue);

        shop.Paid.Count.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task O5_L3_so_it_is_with_real_machines_and_when_all_have_left_the_kernel_has_nothing_of_them()
    {
        int octet;
        await using (var stack = await ClusterStack.StartAsync(realMachines: true))
        {
            octet = stack.RealCloud!.Octet;
            using var shop = new Shop(stack.Address, stack.CloudUrl, stack.Token);
            using var invariants = new Invariants(stack, shop);

            await SurviveAsync(stack, shop, invariants, most: 3);

            shop.Paid.ShouldNotBeEmpty();
            (await Kernel.FindLeftoversAsync(octet)).Count(l => l.StartsWith("process", StringComparison.Ordinal)).ShouldBe(shop.Paid.Count);
            foreach (var agent in shop.Paid.ToList())
            {
                await shop.CancelAsync(agent, CancellationToken.None);
            }

            (await HealAsync(stack, invariants)).ShouldBeEmpty(Story(stack));
            (await Kernel.FindLeftoversAsync(octet)).ShouldNotContain(l => l.StartsWith("process", StringComparison.Ordinal));
        }

        (await Kernel.FindLeftoversAsync(octet)).ShouldBeEmpty();
    }

    /// <summary>Orders all the while, one trouble after another, and then time to heal.</summary>
    private async Task SurviveAsync(ClusterStack stack, Shop shop, Invariants invariants, int most)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_CHAOS_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xFFFF;
        var minutes = double.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 2.5;
        output.WriteLine($"SLIPWAY_CHAOS_SEED={seed} SLIPWAY_CHAOS_MINUTES={minutes.ToString(CultureInfo.InvariantCulture)}");
        var random = new Random(seed);
        var chaos = new Chaos(stack, new Random(random.Next()), output);

        using var closing = new CancellationTokenSource();
        var load = LoadAsync(shop, most, new Random(random.Next()), closing.Token);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(minutes))
        {
            await chaos.StrikeAsync();
        }

        await closing.CancelAsync();
        await load;
        var healing = Stopwatch.GetTimestamp();
        var broken = await HealAsync(stack, invariants);

        output.WriteLine($"{shop.Paid.Count} paid, {shop.Cancelled.Count} cancelled; {string.Join(", ", chaos.Happened.Select(h => $"{h.Key} {h.Value}x"))}; healed in {Stopwatch.GetElapsedTime(healing).TotalSeconds:F0} s");
        broken.ShouldBeEmpty($"SLIPWAY_CHAOS_SEED={seed}\n{Story(stack)}");
        chaos.Happened.Values.Sum().ShouldBeGreaterThan(2);
        stack.Servers.ShouldAllBe(s => !s.Output.Contains("rate_limit_exceeded", StringComparison.Ordinal));
        stack.Servers.ShouldAllBe(s => !s.Output.Contains("planted-secret", StringComparison.Ordinal));
    }

    /// <summary>An order now and then, as long as there are not too many; some leave again, some at once.</summary>
    private static async Task LoadAsync(Shop shop, int most, Random random, CancellationToken closing)
    {
        while (!closing.IsCancellationRequested)
        {
            // What was begun is said to its end, even after closing time.
            var agent = await shop.OrderAsync(CancellationToken.None);
            if (random.Next(4) == 0)
            {
                await shop.CancelAsync(agent, CancellationToken.None);
            }
            else if (shop.Paid.Count >= most || random.Next(4) == 0)
            {
                await shop.CancelAsync(shop.Paid[random.Next(shop.Paid.Count)], CancellationToken.None);
            }

            // Few machines, few orders: a real one takes seconds of these cores to boot.
            var pause = random.Next(1000, 3000) * (most < 10 ? 3 : 1);
            await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IReadOnlyList<string>> HealAsync(ClusterStack stack, Invariants invariants)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var since = Stopwatch.GetTimestamp();
        IReadOnlyList<string> broken;
        while ((broken = await invariants.BrokenAsync()).Count > 0 && Stopwatch.GetElapsedTime(since) < Healing && stack.Servers.Any(s => s.IsRunning))
        {
            await pause.WaitForNextTickAsync();
        }

        return broken;
    }

    private static string Story(ClusterStack stack) =>
        string.Join("\n\n", stack.Servers.Select((s, i) => $"--- node {i}\n{string.Join('\n', s.Output.Split('\n').Where(l => !l.Contains(": info:", StringComparison.Ordinal)).TakeLast(80))}"));
}

/// <summary>Runs beside no other test: they would take each other's cores.</summary>
[CollectionDefinition(ClusterTests.Name, DisableParallelization = true)]
public sealed class ClusterCollection;
