using System.Net;
using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Operations;

namespace Slipway.Tests.Payments;

/// <summary>Who paid and got nothing gets the money back, once, and pays no more.</summary>
public sealed class RefundTests : IAsyncLifetime
{
    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P2_a_provision_that_failed_for_good_is_paid_back_and_its_subscription_cancelled(bool oldShape)
    {
        _payments.Stripe.OldShape = oldShape;
        var agent = await FailedAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Closed, Wanted.Destroyed));

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1"]);
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
        (await _payments.RowAsync()).Status.ShouldBe("ended");
        (await _payments.Agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        (await _payments.AlertsAsync()).ShouldBeEmpty("nobody has to do anything");
        (await _payments.Agents.Database.QueryAsync<string>("SELECT message FROM timeline WHERE step = 'refund-payment'"))
            .ShouldBe([$"Agent {agent.Id} was paid for and could not be provisioned. Invoice in_sub_1_1 was paid back."]);
    }

    [Theory]
    [InlineData("POST refunds")]
    [InlineData("DELETE subscriptions/sub_1")]
    [InlineData("GET invoices/in_sub_1_1")]
    [InlineData("GET subscriptions/sub_1")]
    public async Task P2_it_is_paid_back_once_although_answers_are_lost(string lost)
    {
        var agent = await FailedAsync();
        _payments.Stripe.LostAnswers.Enqueue(lost);
        _payments.Stripe.LostAnswers.Enqueue(lost);

        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.LostAnswers.ShouldBeEmpty();
        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1"]);
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
    }

    [Fact]
    public async Task P2_events_that_go_on_coming_pay_nothing_back_a_second_time()
    {
        var agent = await FailedAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        foreach (var body in _payments.Stripe.EventsOf("sub_1"))
        {
            await _payments.Deliveries.DeliverAsync(body);
            await _payments.Agents.SettleAsync(agent.Id);
        }

        _payments.Stripe.Requests.Count(r => r == "POST refunds").ShouldBe(1);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_trial_costs_nothing_and_is_only_cancelled()
    {
        var agent = await FailedAsync("trialing");

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);

        _payments.Stripe.Requests.ShouldNotContain("POST refunds");
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
    }

    [Fact]
    public async Task P2_a_refund_that_cannot_be_made_is_an_alert_until_it_is()
    {
        var agent = await FailedAsync();
        _payments.Stripe.Refuses = (HttpStatusCode.BadRequest, "balance_insufficient", "Insufficient funds in your Stripe balance to refund this amount.");
        await RunLookAsync();
        await RunLookAsync();

        var alert = (await _payments.AlertsAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe((AlertSeverity.Critical, agent.Id));
        alert.What.ShouldContain("Insufficient funds");
        alert.WhatToDo.ShouldContain("in_sub_1_1");
        _payments.Stripe.Status("sub_1").ShouldBe("active", "the money comes first");

        _payments.Stripe.Refuses = null;
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Refunds.Count.ShouldBe(1);
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_what_an_operator_refunded_by_hand_meanwhile_counts_at_the_next_event()
    {
        var agent = await FailedAsync();
        _payments.Stripe.Refuses = (HttpStatusCode.BadRequest, "balance_insufficient", "Insufficient funds");
        await RunLookAsync();
        await RunLookAsync();

        _payments.Stripe.Refuses = (HttpStatusCode.BadRequest, "charge_already_refunded", "Charge ch_1 has already been refunded.");
        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        var now = _payments.Agents.Engine.Time.GetUtcNow();
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Agents.Engine.Time.GetUtcNow().ShouldBe(now, "the event wakes what waits for the refund");
        (await _payments.AlertsAsync()).ShouldBeEmpty();
        (await _payments.RowAsync()).Status.ShouldBe("ended");
    }

    [Fact]
    public async Task Nobody_can_have_it_retried_while_the_money_goes_back()
    {
        var agent = await FailedAsync();
        await RunLookAsync();

        (await _payments.Agents.WishAsync("retry", agent.Id)).Outcome.ShouldBe(WishOutcome.Refused);
    }

    [Fact]
    public async Task An_agent_that_ran_for_months_and_was_lost_is_an_operators_to_mend_and_not_paid_back()
    {
        var agent = await _payments.RunningAsync();
        _payments.Agents.Steps[MachinePlans.Replace].Second.ThenFails("no room");
        await _payments.Agents.Engine.StartAsync(MachinePlans.Replace, agent.Id);

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Error);

        var alert = (await _payments.AlertsAsync()).ShouldHaveSingleItem();
        alert.WhatToDo.ShouldContain($"slipway agent retry {agent.Id}");
        _payments.Stripe.Refunds.ShouldBeEmpty();

        await _payments.Agents.WishAsync("retry", agent.Id);
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_granted_agent_that_fails_is_no_customers_loss()
    {
        _payments.Agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        var agent = await _payments.Agents.OrderAsync();
        await _payments.Agents.WishAsync("grant", agent.Id);

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Error);

        (await _payments.AlertsAsync()).ShouldBeEmpty();
        _payments.Stripe.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customer_who_cancels_during_the_provision_is_not_paid_back()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        await _payments.TellAsync();
        await RunLookAsync();
        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        _payments.Stripe.Refunds.ShouldBeEmpty();
    }

    /// <summary>A paid agent whose provision has just failed.</summary>
    private async Task<Agent> FailedAsync(string status = "active")
    {
        _payments.Agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id, status);
        await _payments.TellAsync();
        await RunLookAsync();
        await _payments.Agents.Engine.FinishAsync((await _payments.Agents.FindAsync(agent.Id)).OperationId!);
        var failed = await _payments.Agents.FindAsync(agent.Id);
        failed.Status.ShouldBe(AgentStatus.Error);
        return failed;
    }

    private async Task RunLookAsync() =>
        await _payments.Agents.Engine.RunAsync((await _payments.Agents.Database.WriteAsync(t => OperationStore.FindUnfinishedAsync(t, "sub_1")))!.Id);
}
