using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

/// <summary>An agent follows its subscription: whatever was told of it, and whatever the agent is doing just then.</summary>
public sealed class ConvergenceTests : IAsyncLifetime
{
    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Theory]
    [InlineData("active")]
    [InlineData("trialing")]
    public async Task P2_a_paid_subscription_and_a_trial_run(string status)
    {
        await _payments.RunningAsync(status: status);

        var row = await _payments.RowAsync();
        (row.Status, row.StripeStatus, row.Notice, row.LookAt).ShouldBe(("live", status, PaymentNotice.None, null));
    }

    [Fact]
    public async Task P1_what_an_event_says_is_not_believed()
    {
        var agent = await _payments.RunningAsync();

        await _payments.Deliveries.DeliverAsync(SignedDeliveries.Event("evt_late", "customer.subscription.deleted", new { id = "sub_1", status = "canceled" }));

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task P1_an_active_that_comes_late_does_not_raise_the_dead()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Become("sub_1", "active");
        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        await _payments.Deliveries.DeliverAsync(_payments.Stripe.EventsOf("sub_1")[^2]);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Closed, Wanted.Destroyed));
    }

    [Fact]
    public async Task P2_the_agent_may_be_named_by_the_subscription_itself()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id, paymentStatus: null);
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task P2_a_bank_debit_provisions_only_when_it_has_arrived()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id, paymentStatus: "unpaid");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Draft, Wanted.Nothing), "the subscription is active already");

        _payments.Stripe.PayCheckout("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task P2_a_first_payment_that_is_still_on_its_way_asks_for_nothing_and_one_that_never_came_closes_the_draft()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id, status: "incomplete");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Draft, Wanted.Nothing));

        _payments.Stripe.Become("sub_1", "incomplete_expired");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _payments.Agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_cancelled_subscription_takes_everything_away()
    {
        var agent = await _payments.RunningAsync();

        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Closed, Wanted.Destroyed));
        (await _payments.Agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _payments.RowAsync()).Status.ShouldBe("ended");
        _payments.Stripe.Refunds.ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_one_cancelled_to_the_periods_end_runs_until_then_although_nobody_says_that_it_ended()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.CancelAt("sub_1", _payments.Agents.Engine.Time.GetUtcNow() + TimeSpan.FromDays(10));
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.Ending);

        _payments.Stripe.Cancel("sub_1");
        await _payments.PassAsync(TimeSpan.FromDays(9));
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active, "nothing was told, and nothing is due");
        await _payments.PassAsync(TimeSpan.FromDays(1));

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
    }

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
        await LookAsync();
        _payments.Stripe.Become("sub_1", "active");
        await _payments.TellAsync();
        await LookAsync();
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
        await LookAsync();
        _payments.Stripe.Become("sub_1", "paused");
        await _payments.TellAsync();
        await LookAsync();
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

    [Fact]
    public async Task A_status_nobody_knows_changes_nothing()
    {
        var agent = await _payments.RunningAsync();

        _payments.Stripe.Become("sub_1", "invented_next_year");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.Unknown);
    }

    [Theory]
    [InlineData("price_other", "sample", "price_1")]
    [InlineData("price_1", "expensive", "buys 'expensive'")]
    public async Task T28_a_price_that_does_not_buy_this_agent_provisions_nothing_until_it_does(string price, string blueprint, string says)
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Agents.PaymentsOptions.Prices[price] = blueprint;
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Draft, Wanted.Nothing));
        var alert = (await _payments.AlertsAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe((AlertSeverity.Critical, agent.Id));
        alert.What.ShouldContain(says);

        _payments.Agents.PaymentsOptions.Prices["price_1"] = "sample";
        await _payments.PassAsync(SubscriptionProjection.LookAgain);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task T28_a_payment_for_an_agent_nobody_knows_is_an_alert_until_the_subscription_ends()
    {
        _payments.Stripe.Subscribe("sub_1", "agt-unknown");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync((await _payments.Agents.OrderAsync()).Id);
        (await _payments.AlertsAsync()).ShouldHaveSingleItem().What.ShouldContain("agt-unknown");

        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync((await _payments.Agents.OrderAsync()).Id);

        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscription_of_another_shop_on_the_same_account_is_nobodys_concern()
    {
        _payments.Stripe.Subscribe("sub_1", agent: null, paymentStatus: null);
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync((await _payments.Agents.OrderAsync()).Id);

        (await _payments.AlertsAsync()).ShouldBeEmpty();
        (await _payments.RowAsync()).LookAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_second_subscription_for_a_paid_agent_is_not_taken_and_its_end_harms_nobody()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Subscribe("sub_2", agent.Id);
        await _payments.TellAsync("sub_2");
        await _payments.Agents.SettleAsync(agent.Id);
        (await _payments.AlertsAsync()).ShouldHaveSingleItem().What.ShouldContain("Refund one of them");

        _payments.Stripe.Cancel("sub_2");
        await _payments.TellAsync("sub_2");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_payment_for_a_closed_agent_is_an_alert_until_its_subscription_ends()
    {
        var agent = await _payments.Agents.OrderAsync();
        await _payments.Agents.WishAsync("destroy", agent.Id);
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        (await _payments.Agents.PlansOfAsync(agent.Id)).ShouldBeEmpty();
        (await _payments.AlertsAsync()).ShouldHaveSingleItem().What.ShouldContain("it is closed");

        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscription_Stripe_does_not_know_changes_nothing_and_says_which_key_to_look_at()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Become("sub_1", "active");
        _payments.Stripe.Forget("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldHaveSingleItem().WhatToDo.ShouldContain("STRIPE_SECRET_KEY");
    }

    [Fact]
    public async Task P1_while_Stripe_is_down_nothing_is_decided_and_nothing_is_lost()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        _payments.Stripe.IsDown = true;
        await _payments.TellAsync();
        for (var hour = 0; hour < 24; hour++)
        {
            await LookAsync();
            _payments.Agents.Engine.Time.Advance(TimeSpan.FromHours(1));
        }

        (await _payments.Agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Nothing);
        _payments.Stripe.IsDown = false;

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
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

    /// <summary>Runs the look that is under way, and nothing it starts.</summary>
    private async Task LookAsync() =>
        await _payments.Agents.Engine.RunAsync((await _payments.Agents.Database.FirstOrDefaultAsync<string>("SELECT id FROM operations WHERE result IS NULL AND subject = 'sub_1'"))!);
}
