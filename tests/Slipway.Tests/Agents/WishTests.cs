using Slipway.Agents;

namespace Slipway.Tests.Agents;

/// <summary>Every wish in every status: what is accepted, what was so already, what is refused, and where it leads.</summary>
public sealed class WishTests
{
    [Theory]
    [InlineData("draft", "grant", WishOutcome.Accepted, AgentStatus.Active)]
    [InlineData("draft", "stop", WishOutcome.Refused, AgentStatus.Draft)]
    [InlineData("draft", "start", WishOutcome.Refused, AgentStatus.Draft)]
    [InlineData("draft", "retry", WishOutcome.Refused, AgentStatus.Draft)]
    [InlineData("draft", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("provisioning", "grant", WishOutcome.AlreadySo, AgentStatus.Active)]
    [InlineData("provisioning", "stop", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("provisioning", "start", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("provisioning", "retry", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("provisioning", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("active", "grant", WishOutcome.AlreadySo, AgentStatus.Active)]
    [InlineData("active", "stop", WishOutcome.Accepted, AgentStatus.Paused)]
    [InlineData("active", "start", WishOutcome.AlreadySo, AgentStatus.Active)]
    [InlineData("active", "retry", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("active", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("stopping", "grant", WishOutcome.AlreadySo, AgentStatus.Paused)]
    [InlineData("stopping", "stop", WishOutcome.AlreadySo, AgentStatus.Paused)]
    [InlineData("stopping", "start", WishOutcome.Refused, AgentStatus.Paused)]
    [InlineData("stopping", "retry", WishOutcome.Refused, AgentStatus.Paused)]
    [InlineData("stopping", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("paused", "grant", WishOutcome.AlreadySo, AgentStatus.Paused)]
    [InlineData("paused", "stop", WishOutcome.AlreadySo, AgentStatus.Paused)]
    [InlineData("paused", "start", WishOutcome.Accepted, AgentStatus.Active)]
    [InlineData("paused", "retry", WishOutcome.Refused, AgentStatus.Paused)]
    [InlineData("paused", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("starting", "grant", WishOutcome.AlreadySo, AgentStatus.Active)]
    [InlineData("starting", "stop", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("starting", "start", WishOutcome.AlreadySo, AgentStatus.Active)]
    [InlineData("starting", "retry", WishOutcome.Refused, AgentStatus.Active)]
    [InlineData("starting", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("error", "grant", WishOutcome.AlreadySo, AgentStatus.Error)]
    [InlineData("error", "stop", WishOutcome.Refused, AgentStatus.Error)]
    [InlineData("error", "start", WishOutcome.Refused, AgentStatus.Error)]
    [InlineData("error", "retry", WishOutcome.Accepted, AgentStatus.Active)]
    [InlineData("error", "destroy", WishOutcome.Accepted, AgentStatus.Closed)]
    [InlineData("destroying", "grant", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("destroying", "stop", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("destroying", "start", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("destroying", "retry", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("destroying", "destroy", WishOutcome.AlreadySo, AgentStatus.Closed)]
    [InlineData("closed", "grant", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("closed", "stop", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("closed", "start", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("closed", "retry", WishOutcome.Refused, AgentStatus.Closed)]
    [InlineData("closed", "destroy", WishOutcome.AlreadySo, AgentStatus.Closed)]
    public async Task L1_L2_L3_each_wish_in_each_status(string status, string wish, WishOutcome expected, AgentStatus end)
    {
        await using var agents = await TestAgents.CreateAsync();
        var before = await agents.AgentInAsync(status);

        var result = await agents.WishAsync(wish, before.Id);

        result.Outcome.ShouldBe(expected);
        if (expected == WishOutcome.Refused)
        {
            result.Reason.ShouldNotBeNull().ShouldStartWith($"Agent {before.Id}: ");
            (await agents.FindAsync(before.Id)).ShouldBe(before, "a refused wish changes nothing");
        }

        (await agents.SettleAsync(before.Id)).Status.ShouldBe(end);
    }

    [Theory]
    [InlineData("grant")]
    [InlineData("stop")]
    [InlineData("start")]
    [InlineData("destroy")]
    [InlineData("retry")]
    public async Task A_wish_for_an_agent_that_does_not_exist_finds_none(string wish)
    {
        await using var agents = await TestAgents.CreateAsync();

        var result = await agents.WishAsync(wish, "agt-unknown");

        result.Outcome.ShouldBe(WishOutcome.NotFound);
        result.Reason.ShouldBe("There is no agent 'agt-unknown'.");
    }

    [Theory]
    [InlineData("start")]
    [InlineData("retry")]
    [InlineData("stop")]
    public async Task T33_a_draft_nobody_paid_for_is_let_in_by_no_other_door(string wish)
    {
        await using var agents = await TestAgents.CreateAsync();
        var agent = await agents.OrderAsync();

        (await agents.WishAsync(wish, agent.Id)).Outcome.ShouldBe(WishOutcome.Refused);

        (await agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
        (await agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Nothing);
    }

    [Fact]
    public async Task T33_an_order_alone_provisions_nothing()
    {
        await using var agents = await TestAgents.CreateAsync();

        var agent = await agents.OrderAsync();

        (agent.Status, agent.Wanted).ShouldBe((AgentStatus.Draft, Wanted.Nothing));
        (await agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
        (await agents.Secrets.FindAsync(agent.Id, "TOKEN"))!.Reveal().ShouldBe("abcd");
        agents.Engine.Signals.IsDue.ShouldBeFalse();
    }
}
