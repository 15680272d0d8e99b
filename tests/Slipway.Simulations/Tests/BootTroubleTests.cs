using System.Text.Json.Nodes;
using Slipway.Agents;

namespace Slipway.Simulations;

/// <summary>Servers that do not come up by themselves.</summary>
[Collection(WorldTests.Name)]
public sealed class BootTroubleTests(Worlds worlds)
{
    [Fact]
    public void T24_A_machine_that_never_comes_up_is_given_up_in_time_and_costs_nothing() => GivenUp(new() { ["kind"] = "never_boots", ["times"] = 0 });

    [Fact]
    public void T24_A_server_whose_creation_never_ends_is_given_up_in_time_and_costs_nothing() =>
        GivenUp(new() { ["kind"] = "action_stuck", ["action"] = "create_server", ["seconds"] = 2700, ["times"] = 1 });

    [Fact]
    public void T25_A_server_that_is_off_after_its_creation_succeeded_is_switched_on()
    {
        var (status, _, broken) = worlds.Run((world, shop) => Provision(
            world, shop, new() { ["kind"] = "server_left_off", ["start_action"] = "success", ["times"] = 1 }));

        status.ShouldBe(AgentStatus.Active);
        broken.ShouldBeEmpty();
    }

    private void GivenUp(JsonObject fault)
    {
        var (status, took, broken) = worlds.Run((world, shop) => Provision(world, shop, fault));

        status.ShouldBe(AgentStatus.Closed, "it was paid for, so it is closed and paid back");
        took.ShouldBeLessThan(TimeSpan.FromHours(1));
        broken.ShouldBeEmpty();
    }

    private static (AgentStatus Status, TimeSpan Took, IReadOnlyList<string> Broken) Provision(World world, Shop shop, JsonObject fault)
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
