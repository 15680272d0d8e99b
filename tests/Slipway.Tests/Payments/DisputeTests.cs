using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

/// <summary>A payment that the customer has taken back by the bank.</summary>
public sealed class DisputeTests : IAsyncLifetime
{
    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P2_a_disputed_payment_stops_the_agent_and_calls_somebody_until_it_is_won(bool oldShape)
    {
        _payments.Stripe.OldShape = oldShape;
        var agent = await _payments.RunningAsync();

        await TellAsync("needs_response");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.Disputed);
        var alert = (await _payments.AlertsAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe((AlertSeverity.Critical, "sub_1"));
        alert.WhatToDo.ShouldContain("du_1");

        await TellAsync("won", "charge.dispute.closed");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_lost_dispute_leaves_it_stopped_and_only_its_subscriptions_end_takes_it_away()
    {
        var agent = await _payments.RunningAsync();
        await TellAsync("needs_response");
        await _payments.Agents.SettleAsync(agent.Id);

        await TellAsync("lost", "charge.dispute.closed");
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Paused, Wanted.Stopped));
        (await _payments.AlertsAsync()).ShouldHaveSingleItem();

        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
        _payments.Stripe.Refunds.ShouldBeEmpty("the bank has taken the money back already");
    }

    [Fact]
    public async Task P1_what_the_event_says_of_the_dispute_is_not_believed()
    {
        var agent = await _payments.RunningAsync();
        await TellAsync("needs_response");
        var told = _payments.Stripe.EventsOf("du_1")[^1];
        _payments.Stripe.Dispute("du_1", "won", "pi_in_sub_1_1", "charge.dispute.closed");

        await _payments.Deliveries.DeliverAsync(told);

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
    }

    [Fact]
    public async Task A_dispute_about_something_else_on_the_same_account_is_nobodys_concern()
    {
        var agent = await _payments.RunningAsync();

        await TellAsync("needs_response", payment: "pi_elsewhere");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    private async Task TellAsync(string status, string type = "charge.dispute.created", string payment = "pi_in_sub_1_1")
    {
        _payments.Stripe.Dispute("du_1", status, payment, type);
        await _payments.Deliveries.DeliverAsync(_payments.Stripe.EventsOf("du_1")[^1]);
    }
}
