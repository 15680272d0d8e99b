using Slipway.Agents;
using Slipway.Blueprints;

namespace Slipway.Tests.Agents;

/// <summary>What the end of a repair, or of a replacement, means for an agent.</summary>
public sealed class RepairTests : IAsyncLifetime
{
    private TestAgents _agents = null!;

    public async Task InitializeAsync() => _agents = await TestAgents.CreateAsync();

    public async Task DisposeAsync() => await _agents.DisposeAsync();

    [Fact]
    public async Task A_replaced_machine_leaves_its_agent_active()
    {
        var agent = await _agents.AgentInAsync("active");

        (await MendAsync(agent, MachinePlans.Replace)).Status.ShouldBe(AgentStatus.Active);
    }

    [Fact]
    public async Task An_agent_that_was_stopped_is_stopped_again_after_its_machine_was_replaced()
    {
        var agent = await _agents.AgentInAsync("paused");

        var after = await MendAsync(agent, MachinePlans.Replace);

        (after.Status, after.Wanted).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        (await _agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision, MachinePlans.Stop, MachinePlans.Replace, MachinePlans.Stop], ignoreOrder: true);
    }

    [Theory]
    [InlineData("active")]
    [InlineData("paused")]
    public async Task A_replacement_that_fails_leaves_an_agent_in_error_that_can_be_retried(string status)
    {
        var agent = await _agents.AgentInAsync(status);
        _agents.Steps[MachinePlans.Replace].Second.ThenFails("no room");

        var failed = await MendAsync(agent, MachinePlans.Replace);

        (failed.Status, failed.Error).ShouldBe((AgentStatus.Error, "no room"));
        (await _agents.WishAsync("retry", agent.Id)).Outcome.ShouldBe(WishOutcome.Accepted);
        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
    }

    [Fact]
    public async Task A_repair_that_fails_leaves_the_agent_as_paid_for_as_it_was_with_the_reason()
    {
        var agent = await _agents.AgentInAsync("active");
        _agents.Steps[MachinePlans.Repair].Second.ThenFails("it is not well");

        var ill = await MendAsync(agent, MachinePlans.Repair);
        (ill.Status, ill.Wanted, ill.Error).ShouldBe((AgentStatus.Active, Wanted.Running, "it is not well"));

        var well = await MendAsync(ill, MachinePlans.Repair);
        (well.Status, well.Error).ShouldBe((AgentStatus.Active, null));
    }

    [Theory]
    [InlineData(MachinePlans.Replace)]
    [InlineData(MachinePlans.Repair)]
    public async Task L3_A_customer_who_leaves_meanwhile_turns_it_round_and_all_is_gone(string plan)
    {
        var agent = await _agents.AgentInAsync("active");
        await BeginAsync(agent, plan);

        await _agents.WishAsync("destroy", agent.Id);

        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _agents.PlansOfAsync(agent.Id)).Contains(MachinePlans.Destroy).ShouldBe(plan == MachinePlans.Repair, "a replacement takes back all there was");
    }

    private async Task<Agent> MendAsync(Agent agent, string plan)
    {
        await BeginAsync(agent, plan);
        return await _agents.SettleAsync(agent.Id);
    }

    private async Task BeginAsync(Agent agent, string plan) => (await _agents.Database.WriteAsync(
        t => _agents.Engine.Dispatcher.StartAsync(t, plan, agent.Id, new MachineWish(), BlueprintJson.Default.MachineWish))).ShouldNotBeNull();
}
