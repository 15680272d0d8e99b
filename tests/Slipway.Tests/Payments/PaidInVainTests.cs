using System.Net;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Payments;
using Slipway.Payments.Steps;

namespace Slipway.Tests.Payments;

/// <summary>Money that comes when there is nothing left to pay for goes back, once; and what was ordered and never paid for does not lie about.</summary>
public sealed class PaidInVainTests : IAsyncLifetime
{
    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Fact]
    public async Task P2_a_payment_between_the_giving_up_and_the_end_at_Stripe_is_paid_back_once()
    {
        var agent = await OwingAsync();
        await _payments.PassAsync(TimeSpan.FromDays(17));
        await _payments.LookAsync();
        (await _payments.Agents.FindAsync(agent.Id)).Wanted.ShouldBe(Wanted.Destroyed);
        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_2"], "the month it ran is not given back");
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
        (await _payments.RowAsync()).Status.ShouldBe("ended");
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_an_open_invoice_that_is_paid_weeks_after_the_end_is_paid_back_once()
    {
        var agent = await OwingAsync();
        await _payments.PassAsync(TimeSpan.FromDays(17));
        await _payments.Agents.SettleAsync(agent.Id);
        _payments.Stripe.Refunds.ShouldBeEmpty();
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(20));

        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);
        foreach (var body in _payments.Stripe.EventsOf("sub_1"))
        {
            await _payments.Deliveries.DeliverAsync(body);
            await _payments.Agents.SettleAsync(agent.Id);
        }

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_2"]);
        _payments.Stripe.Requests.Count(r => r == "POST refunds").ShouldBe(1);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("POST refunds")]
    [InlineData("GET invoices")]
    [InlineData("GET invoices/in_sub_1_2")]
    public async Task P2_it_is_paid_back_once_although_answers_are_lost(string lost)
    {
        var agent = await OwingAsync();
        await _payments.PassAsync(TimeSpan.FromDays(17));
        await _payments.Agents.SettleAsync(agent.Id);
        _payments.Stripe.LostAnswers.Enqueue(lost);
        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();

        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.LostAnswers.ShouldBeEmpty();
        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_2"]);
    }

    [Fact]
    public async Task P2_a_payment_after_the_provision_was_given_up_is_paid_back_too()
    {
        _payments.Agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);
        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1"]);
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(1));

        _payments.Stripe.Bill("sub_1", "open");
        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1", "pi_in_sub_1_2"]);
    }

    [Fact]
    public async Task P2_a_refused_refund_is_asked_for_anew_and_not_told_the_same_refusal_for_a_day()
    {
        _payments.Agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        _payments.Stripe.Refuses = (HttpStatusCode.BadRequest, "balance_insufficient", "Insufficient funds");
        await _payments.TellAsync();
        await _payments.LookAsync();
        await _payments.Agents.Engine.FinishAsync((await _payments.Agents.FindAsync(agent.Id)).OperationId!);
        await _payments.LookAsync();
        await _payments.LookAsync();
        (await _payments.AlertsAsync()).ShouldHaveSingleItem();
        var refused = _payments.Agents.Engine.Time.GetUtcNow();

        _payments.Stripe.Refuses = null;
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1"]);
        (_payments.Agents.Engine.Time.GetUtcNow() - refused).ShouldBe(RefundPayment.AfterRefusal, "the balance was filled up, and the next try is a new one");
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_bank_debit_that_fails_days_later_erases_the_order_and_ends_its_subscription()
    {
        var agent = await DebitedAsync();
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(5));

        _payments.Stripe.FailCheckout("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Closed, Wanted.Destroyed));
        (await _payments.Agents.Secrets.ReadAllAsync(agent.Id)).ShouldBeEmpty();
        _payments.Stripe.Status("sub_1").ShouldBe("canceled", "or the bank would be asked again, for nothing");
        _payments.Stripe.Refunds.ShouldBeEmpty();
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_bank_debit_that_arrives_after_the_customer_left_is_paid_back()
    {
        var agent = await DebitedAsync();
        _payments.Stripe.Cancel("sub_1");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(5));

        _payments.Stripe.Pay("sub_1");
        await _payments.TellAsync();
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.Refunds.ShouldBe(["pi_in_sub_1_1"]);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_draft_that_somebody_granted_meanwhile_is_not_erased_by_a_failed_debit()
    {
        var agent = await DebitedAsync();
        await _payments.Agents.WishAsync("grant", agent.Id);
        await _payments.Agents.SettleAsync(agent.Id);

        _payments.Stripe.FailCheckout("sub_1");
        await _payments.TellAsync();

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        _payments.Stripe.Status("sub_1").ShouldBe("canceled");
    }

    /// <summary>An order whose payment is on its way from the bank.</summary>
    private async Task<Agent> DebitedAsync()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id, paymentStatus: "unpaid");
        await _payments.TellAsync();
        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Draft, Wanted.Nothing));
        (await _payments.RowAsync()).Notice.ShouldBe(PaymentNotice.AwaitingPayment);
        return agent;
    }

    /// <summary>An agent that ran, and whose second month was not paid.</summary>
    private async Task<Agent> OwingAsync()
    {
        var agent = await _payments.RunningAsync();
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(30));
        _payments.Stripe.Fail("sub_1");
        await _payments.TellAsync();
        return await _payments.Agents.SettleAsync(agent.Id);
    }
}
