using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

/// <summary>What becomes of an agent that is not paid any more, and then is paid again.</summary>
public sealed class DunningTests : IAsyncLifetime
{
    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Fact]
    public async Task P2_a_failed_payment_is_waited_for_then_the_agent_stops_then_it_is_destroyed_and_the_subscription_cancelled()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Fail("sub_1");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.PaymentFailed);

        await _payments.PassAsync(TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1));
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        await _payments.PassAsync(TimeSpan.FromMinutes(2));
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.StoppedUnpaid);

        await _payments.PassAsync(TimeSpan.FromDays(14) - TimeSpan.FromMinutes(2));
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Paused);
        await _payments.PassAsync(TimeSpan.FromMinutes(2));

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        _payments.Stripe.Status("sub_1").ShouldBe("canceled", "or Stripe would go on collecting for nothing");
        _payments.Stripe.Refunds.ShouldBeEmpty();
        (await _payments.RowAsync()).Status.ShouldBe("ended");
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_payment_within_the_grace_leaves_everything_as_it_was()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Fail("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);
        await _payments.PassAsync(TimeSpan.FromDays(30));

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.Agents.PlansOfAsync(agent.Id)).ShouldBe([MachinePlans.Provision]);
        (await _payments.RowAsync()).LookAt.ShouldBeNull();
    }

    [Fact]
    public async Task P2_a_payment_after_the_stop_starts_the_agent_again()
    {
        var agent = await StoppedUnpaidAsync();

        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.RowAsync()).Suspended.ShouldBe(0);
        await _payments.PassAsync(TimeSpan.FromDays(30));
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
    }

    [Fact]
    public async Task P2_a_start_after_a_payment_that_fails_is_an_alert_and_tried_again_an_hour_later()
    {
        var agent = await StoppedUnpaidAsync();
        _payments.Agents.Steps[MachinePlans.Start].Second.ThenFails("no power");
        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        (await _payments.AlertsAsync()).ShouldHaveSingleItem().What.ShouldContain("no power");

        await _payments.PassAsync(PaidAgents.AfterFailure);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_payment_that_comes_while_the_agent_is_being_stopped_starts_it_when_it_has_stopped()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Become("sub_1", "paused");
        await _payments.TellAsync();
        await _payments.LookAsync();
        _payments.Stripe.Become("sub_1", "active");
        await _payments.TellAsync();
        await _payments.LookAsync();
        (await _payments.Agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Stopped, "the start is refused while it is being stopped");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task P2_the_old_debt_counts_not_the_period_that_began_since()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Fail("sub_1");
        await _payments.PassAsync(TimeSpan.FromDays(2));
        _payments.Stripe.Fail("sub_1");
        await _payments.PassAsync(TimeSpan.FromDays(2));
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Paused);
    }

    [Theory]
    [InlineData("unpaid")]
    [InlineData("paused")]
    public async Task P2_unpaid_and_paused_stop_at_once_and_start_again_when_paid(string status)
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Become("sub_1", status);
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));

        _payments.Stripe.Become("sub_1", "active");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task L1_what_somebody_stopped_himself_is_not_started_by_a_payment()
    {
        var agent = await _payments.RunningAsync();
        await _payments.Agents.WishAsync("stop", agent.Id);
        await _payments.Agents.SettleAsync(agent.Id);
        _payments.Stripe.Become("sub_1", "paused");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Become("sub_1", "active");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
    }

    [Fact]
    public async Task L2_what_somebody_starts_although_it_is_not_paid_is_stopped_again()
    {
        var agent = await StoppedUnpaidAsync();

        await _payments.Agents.WishAsync("start", agent.Id);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
    }

    [Fact]
    public async Task P2_a_stop_that_cannot_be_taken_during_the_provision_is_taken_after_it()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        await _payments.TellAsync();
        await _payments.LookAsync();
        _payments.Stripe.Become("sub_1", "paused");
        await _payments.TellAsync();
        await _payments.LookAsync();
        (await _payments.Agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Running, "it is being provisioned");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
    }

    [Fact]
    public async Task P2_a_stop_that_failed_is_tried_again_an_hour_later()
    {
        var agent = await _payments.RunningAsync();
        _payments.Agents.Steps[MachinePlans.Stop].Second.ThenFails("it would not go off");
        _payments.Stripe.Become("sub_1", "paused");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);

        await _payments.PassAsync(PaidAgents.AfterFailure);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
    }

    private async Task<Agent> StoppedUnpaidAsync()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Fail("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);
        await _payments.PassAsync(TimeSpan.FromDays(3));
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        return agent;
    }
}
