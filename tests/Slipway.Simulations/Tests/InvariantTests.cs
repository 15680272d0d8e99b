namespace Slipway.Simulations;

/// <summary>A checker that cannot fail proves nothing: each of its questions is answered wrongly once, on purpose.</summary>
[Collection(WorldTests.Name)]
public sealed class InvariantTests(Worlds worlds)
{
    public static TheoryData<string> Breakages => [.. Breakage.All.Keys];

    [Theory]
    [MemberData(nameof(Breakages))]
    public void What_is_broken_is_said(string what)
    {
        var breakage = Breakage.All[what];

        var broken = worlds.Run((world, shop) =>
        {
            var agent = HaveOneRunning(world, shop);
            breakage.Break(world, agent);
            return new Invariants(world).Check();
        });

        broken.ShouldContain(b => b.Contains(breakage.Words, StringComparison.Ordinal), string.Join('\n', broken));
    }

    [Fact]
    public void Of_a_world_that_nobody_broke_nothing_is_said() => worlds.Run((world, shop) =>
    {
        HaveOneRunning(world, shop);
        return new Invariants(world).Check();
    }).ShouldBeEmpty();

    [Fact]
    public void T7_A_strangers_server_that_is_deleted_is_missed()
    {
        var broken = worlds.Run((world, shop) =>
        {
            world.AddStranger("somebody-elses");
            HaveOneRunning(world, shop);
            world.AskHetzner("DELETE", $"servers/{world.Strangers[0]}");
            return new Invariants(world).Check();
        });

        broken.ShouldContain(b => b.Contains("was a stranger's and was deleted", StringComparison.Ordinal));
    }

    [Fact]
    public void T16_A_machine_called_running_before_its_agent_was_heard_is_seen_at_once()
    {
        var broken = worlds.Run((world, shop) =>
        {
            shop.Pay(shop.Order());
            while (world.Query<long?>("SELECT server_id FROM machines") is not [not null])
            {
                world.Step(world.Clock.Now + TimeSpan.FromMinutes(1));
            }

            world.Write("UPDATE machines SET status = 'running'");
            return Invariants.RunningTooSoon(world);
        });

        broken.ShouldNotBeNull().ShouldContain("is called running, but its agent was not heard to be well");
    }

    [Fact]
    public void Every_table_is_looked_through_for_secrets() => worlds.Run((world, _) =>
        world.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"))
        .ShouldBe(Invariants.Tables);

    private static string HaveOneRunning(World world, Shop shop)
    {
        var agent = shop.Order();
        shop.Pay(agent);
        world.RunUntilQuiet(TimeSpan.FromHours(1));
        return agent;
    }
}
