using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Operations;

namespace Slipway.Tests.Agents;

/// <summary>What an operation's end means for its agent, and what wishes that came meanwhile still ask for.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private TestAgents _agents = null!;

    public async Task InitializeAsync() => _agents = await TestAgents.CreateAsync();

    public async Task DisposeAsync() => await _agents.DisposeAsync();

    [Fact]
    public async Task O3_a_paid_draft_is_provisioned_and_becomes_active()
    {
        var agent = await _agents.OrderAsync();

        var granted = (await _agents.WishAsync("grant", agent.Id)).Agent!;

        granted.Status.ShouldBe(AgentStatus.Draft, "it is active when it runs, not when it is paid");
        granted.OperationId.ShouldNotBeNull();
        var active = await _agents.SettleAsync(agent.Id);
        (active.Status, active.Wanted, active.Error).ShouldBe((AgentStatus.Active, Wanted.Running, null));
        (await _agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision]);
    }

    [Fact]
    public async Task O5_a_failed_provision_leaves_an_agent_in_error_that_can_be_retried()
    {
        var agent = await _agents.AgentInAsync("error");
        (agent.Status, agent.Wanted, agent.Error).ShouldBe((AgentStatus.Error, Wanted.Running, "no room"));
        (await _agents.Engine.FindAsync(agent.OperationId!)).Result.ShouldBe(OperationResult.Undone);

        await _agents.WishAsync("retry", agent.Id);
        (await _agents.FindAsync(agent.Id)).Error.ShouldBeNull();

        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await _agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision, MachinePlans.Provision]);
    }

    [Fact]
    public async Task A_second_failure_can_be_retried_too_and_a_retry_under_way_cannot_be_doubled()
    {
        var agent = await _agents.AgentInAsync("error");
        _agents.Steps[MachinePlans.Provision].Second.ThenFails("still no room");
        await _agents.WishAsync("retry", agent.Id);

        (await _agents.WishAsync("retry", agent.Id)).Outcome.ShouldBe(WishOutcome.Refused);

        (await _agents.SettleAsync(agent.Id)).Error.ShouldBe("still no room");
        (await _agents.WishAsync("retry", agent.Id)).Outcome.ShouldBe(WishOutcome.Accepted);
    }

    [Fact]
    public async Task L3_destroying_a_draft_closes_it_at_once_and_its_secrets_are_gone()
    {
        var agent = await _agents.OrderAsync();

        var closed = (await _agents.WishAsync("destroy", agent.Id)).Agent!;

        closed.Status.ShouldBe(AgentStatus.Closed);
        (await _agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task L3_destroying_an_agent_in_error_closes_it_at_once_and_its_secrets_are_gone()
    {
        var agent = await _agents.AgentInAsync("error");

        var closed = (await _agents.WishAsync("destroy", agent.Id)).Agent!;

        (closed.Status, closed.Error).ShouldBe((AgentStatus.Closed, null));
        (await _agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision]);
    }

    [Fact]
    public async Task L3_destroying_during_a_provision_cancels_it_and_closes_the_agent_only_when_all_is_undone()
    {
        var steps = _agents.Steps[MachinePlans.Provision];
        steps.Second.ThenWaits(TimeSpan.FromHours(1));
        steps.UndoFirst.ThenRetries("locked");
        var agent = await _agents.AgentInAsync("provisioning");
        await _agents.Engine.RunAsync(agent.OperationId!);

        await _agents.WishAsync("destroy", agent.Id);
        await _agents.Engine.RunAsync(agent.OperationId!);

        (await _agents.FindAsync(agent.Id)).Status.ShouldBe(AgentStatus.Draft, "its server may still be there");
        (await _agents.Secrets.ReadAllAsync(agent.Id)).Count.ShouldBe(1);
        var closed = await _agents.SettleAsync(agent.Id);
        closed.Status.ShouldBe(AgentStatus.Closed);
        steps.Ran.ShouldBe(["first", "second", "undo-first", "undo-first"]);
        (await _agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision], "one operation at a time, and this one took all away");
    }

    [Fact]
    public async Task L3_a_destroy_in_the_last_step_of_a_provision_is_followed_up_by_a_destroy()
    {
        var agent = await _agents.AgentInAsync("provisioning");
        var third = _agents.Steps[MachinePlans.Provision].Third;
        third.Then(async (trail, _, _) =>
        {
            await _agents.WishAsync("destroy", agent.Id);
            return third.Works(trail);
        });

        await _agents.Engine.FinishAsync(agent.OperationId!);

        (await _agents.FindAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _agents.PlansOfAsync(agent.Id)).Order().ShouldBe([MachinePlans.Destroy, MachinePlans.Provision]);
    }

    [Fact]
    public async Task L3_an_agent_is_closed_only_when_its_destroy_has_finished()
    {
        var agent = await _agents.AgentInAsync("active");
        _agents.Steps[MachinePlans.Destroy].First.Always = _ => new StepOutcome.Retry("still there");
        await _agents.WishAsync("destroy", agent.Id);

        for (var day = 0; day < 5; day++)
        {
            await _agents.Engine.RunAsync((await _agents.FindAsync(agent.Id)).OperationId!);
            _agents.Engine.Time.Advance(TimeSpan.FromDays(1));
        }

        (await _agents.FindAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await _agents.Secrets.ReadAllAsync(agent.Id)).Count.ShouldBe(1);
        _agents.Steps[MachinePlans.Destroy].First.Always = null;
        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task L1_a_failed_stop_returns_to_running()
    {
        var agent = await _agents.AgentInAsync("stopping");
        _agents.Steps[MachinePlans.Stop].Second.ThenFails("it would not go off");

        var after = await _agents.SettleAsync(agent.Id);

        (after.Status, after.Wanted, after.Error).ShouldBe((AgentStatus.Active, Wanted.Running, "it would not go off"));
        (await _agents.PlansOfAsync(agent.Id)).Count.ShouldBe(2, "the wish went with it, or it would be tried for ever");
        (await _agents.WishAsync("stop", agent.Id)).Outcome.ShouldBe(WishOutcome.Accepted);
    }

    [Fact]
    public async Task L2_a_failed_start_returns_to_stopped()
    {
        var agent = await _agents.AgentInAsync("starting");
        _agents.Steps[MachinePlans.Start].Third.ThenFails("its health check says no");

        var after = await _agents.SettleAsync(agent.Id);

        (after.Status, after.Wanted, after.Error).ShouldBe((AgentStatus.Paused, Wanted.Stopped, "its health check says no"));
        (await _agents.WishAsync("start", agent.Id)).Outcome.ShouldBe(WishOutcome.Accepted);
        (await _agents.SettleAsync(agent.Id)).Error.ShouldBeNull();
    }

    [Theory]
    [InlineData("stopping", MachinePlans.Stop, false)]
    [InlineData("stopping", MachinePlans.Stop, true)]
    [InlineData("starting", MachinePlans.Start, false)]
    [InlineData("starting", MachinePlans.Start, true)]
    public async Task L3_a_destroy_that_came_during_a_stop_or_start_follows_it_however_it_ends(string status, string plan, bool fails)
    {
        var agent = await _agents.AgentInAsync(status);
        _agents.Steps[plan].First.ThenWaits(TimeSpan.FromSeconds(10));
        if (fails)
        {
            _agents.Steps[plan].Second.ThenFails("no");
        }

        await _agents.Engine.RunAsync(agent.OperationId!);
        await _agents.WishAsync("destroy", agent.Id);
        (await _agents.FindAsync(agent.Id)).OperationId.ShouldBe(agent.OperationId, "one operation at a time");

        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        _agents.Steps[MachinePlans.Destroy].Ran.ShouldBe(["first", "second", "third"]);
    }

    [Fact]
    public async Task A_payment_during_a_destroy_does_not_stop_it()
    {
        var agent = await _agents.AgentInAsync("destroying");

        (await _agents.WishAsync("grant", agent.Id)).Outcome.ShouldBe(WishOutcome.Refused);

        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
    }

    [Fact]
    public async Task An_operation_of_something_that_is_no_agent_ends_without_one()
    {
        var id = await _agents.Engine.StartAsync(MachinePlans.Stop, "no-agent");

        (await _agents.Engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task A_wish_whose_transaction_fails_was_never_made()
    {
        var agent = await _agents.OrderAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => _agents.Database.WriteAsync(async t =>
        {
            await _agents.Lifecycle.GrantAsync(t, agent.Id);
            throw new InvalidOperationException("poison");
        }));

        (await _agents.FindAsync(agent.Id)).ShouldBe(agent);
        (await _agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
        _agents.Engine.Signals.IsDue.ShouldBeFalse();
    }
}
