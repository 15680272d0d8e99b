using Slipway.Agents;
using Xunit.Abstractions;

namespace Slipway.Simulations;

[Collection(WorldTests.Name)]
public sealed class StaticStabilityTests(Worlds worlds, ITestOutputHelper output)
{
    private const int Running = 20;
    private const int OrderedMeanwhile = 4;
    private const int EndedMeanwhile = 4;

    /// <summary>A new agent costs its firewall's look, its server and a few looks at what was started; one that goes, its deletion and what proves it.</summary>
    private const int RequestsPerChange = 8;

    [Fact]
    public void With_the_control_plane_dead_for_a_day_agents_run_on_and_its_return_is_quiet()
    {
        var (dark, hetzner, changed, alerts, broken) = worlds.Run(Live);

        output.WriteLine($"{hetzner} requests at Hetzner in the first minute after the return, with {Running} agents and {changed} changes");
        dark.ShouldBe(Enumerable.Repeat(true, Running), "every agent runs on while nobody watches");
        hetzner.ShouldBeInRange(changed, (changed * RequestsPerChange) + (Running / 10), "only what changed is asked about, and agents that run are left alone");
        alerts.ShouldBeEmpty("a day without a control plane is no reason to call anybody once it is back");
        broken.ShouldBeEmpty();
    }

    private static (IReadOnlyList<bool> Dark, int Hetzner, int Changed, IReadOnlyList<string> Alerts, IReadOnlyList<string> Broken) Live(World world, Shop shop)
    {
        for (var i = 0; i < Running; i++)
        {
            shop.Pay(shop.Order());
        }

        world.RunUntilQuiet(TimeSpan.FromHours(1));
        var servers = world.Query<long>("SELECT server_id FROM machines WHERE status = 'running' ORDER BY subject");

        world.LoseAllNodes();
        PassTime(world, TimeSpan.FromHours(12));
        var old = shop.Agents.ToList();
        old.Take(EndedMeanwhile).ToList().ForEach(shop.Cancel);
        for (var i = 0; i < OrderedMeanwhile; i++)
        {
            shop.Pay(shop.Order());
        }

        PassTime(world, TimeSpan.FromHours(12));
        var invariants = new Invariants(world);
        List<bool> dark = [.. servers.Select(invariants.IsWell)];

        var hetzner = 0;
        world.Before = effect => hetzner += effect.Call?.Address.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal) == true ? 1 : 0;
        world.StartNode();
        // The latest that Stripe comes again, and a minute.
        var open = shop.Open;
        var back = world.Clock.Now;
        while (shop.Open == open && world.Step(back + TimeSpan.FromMinutes(6)))
        {
        }

        var until = world.Clock.Now + TimeSpan.FromMinutes(1);
        while (world.Step(until))
        {
        }

        var inFirstMinute = hetzner;
        world.RunUntilQuiet(TimeSpan.FromHours(1));
        var broken = invariants.Check();
        var active = world.Query<Agent>("SELECT * FROM agents WHERE status = 'Active'").Count;
        List<string> all = [.. broken, .. active == Running - EndedMeanwhile + OrderedMeanwhile ? Array.Empty<string>() : [$"{active} agents are active"]];
        return (dark, inFirstMinute, EndedMeanwhile + OrderedMeanwhile, world.Query<string>("SELECT what FROM alerts"), all);
    }

    /// <summary>Time as it passes where nobody is at work.</summary>
    private static void PassTime(World world, TimeSpan time)
    {
        var until = world.Clock.Now + time;
        while (world.Clock.FireNext(until))
        {
            world.Pump.Drain();
        }
    }
}
