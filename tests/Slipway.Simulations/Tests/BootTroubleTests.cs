using Slipway.Agents;

namespace Slipway.Simulations;

/// <summary>Servers that do not come up by themselves.</summary>
[Collection(WorldTests.Name)]
public sealed class BootTroubleTests(Worlds worlds)
{
    [Theory]
    [InlineData("never_boots")]
    [InlineData("action_stuck")]
    public void T24_A_server_that_never_comes_up_is_given_up_in_time_and_costs_nothing(string kind)
    {
        var (status, took, broken) = worlds.Run((world, shop) => Provision(world, shop, new() { ["kind"] = kind, ["seconds"] = 86400, ["times"] = 0 }));

        status.ShouldBe(AgentStatus.Error);
        took.ShouldBeLessThan(TimeSpan.FromHours(1));
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void T25_A_server_that_is_off_after_its_creation_is_switched_on()
    {
        var (status, _, broken) = worlds.Run((world, shop) => Provision(world, shop, new() { ["kind"] = "server_left_off", ["times"] = 1 }));

        status.ShouldBe(AgentStatus.Active);
        broken.ShouldBeEmpty();
    }

    private static (AgentStatus Status, TimeSpan Took, IReadOnlyList<string> Broken) Provision(World world, Shop shop, System.Text.Json.Nodes.JsonObject fault)
    {
        world.Side("POST", "faults", fault);
        var begun = world.Clock.Now;
        shop.Pay(shop.Order());
        while (world.Busy() && world.Step(begun + TimeSpan.FromHours(2)))
        {
        }

        var took = world.Clock.Now - begun;
        world.Side("DELETE", "faults");
        var broken = new Invariants(world).Check();
        return (world.Query<Agent>("SELECT * FROM agents")[0].Status, took, broken);
    }
}
