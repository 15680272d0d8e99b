using Slipway.Agents;
using Slipway.Alerts;
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
            await _payments.LookAsync();
            _payments.Agents.Engine.Time.Advance(TimeSpan.FromHours(1));
        }

        (await _payments.Agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Nothing);
        _payments.Stripe.IsDown = false;

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }
}
