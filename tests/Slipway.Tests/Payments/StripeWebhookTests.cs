using System.Text;
using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Payments;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

/// <summary>Signed deliveries, up to the wish they leave on an agent.</summary>
public sealed class StripeWebhookTests : IAsyncLifetime
{
    private TestAgents _agents = null!;
    private SignedDeliveries _stripe = null!;
    private Agent _agent = null!;

    public async Task InitializeAsync()
    {
        _agents = await TestAgents.CreateAsync();
        _stripe = new SignedDeliveries(_agents);
        _agent = await _agents.OrderAsync();
    }

    public async Task DisposeAsync() => await _agents.DisposeAsync();

    [Fact]
    public async Task P2_a_completed_checkout_provisions_once()
    {
        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        await ShouldBeProvisionedOnceAsync();
        (await EventsAsync()).ShouldBe(["evt_1"]);
    }

    [Fact]
    public async Task P1_an_event_delivered_twice_counts_once()
    {
        await DeliverAsync(Completed("evt_1"));

        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Duplicate);

        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task P1_an_event_delivered_eight_times_at_once_counts_once()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => DeliverAsync(Completed("evt_1")))));

        results.Count(r => r.Outcome == WebhookOutcome.Handled).ShouldBe(1);
        results.Count(r => r.Outcome == WebhookOutcome.Duplicate).ShouldBe(7);
        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task P1_one_payment_told_by_two_events_provisions_once()
    {
        await DeliverAsync(Completed("evt_1"));
        (await DeliverAsync(Completed("evt_2", type: "checkout.session.async_payment_succeeded"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task P2_the_agent_may_be_named_in_the_metadata()
    {
        var body = Event("evt_1", "checkout.session.completed", new { id = "cs_1", payment_status = "no_payment_required", subscription = "sub_1", metadata = new { agent_id = _agent.Id } });

        (await DeliverAsync(body)).Outcome.ShouldBe(WebhookOutcome.Handled);

        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task P2_a_subscription_deleted_destroys_its_agent()
    {
        await DeliverAsync(Completed("evt_1"));
        await _agents.SettleAsync(_agent.Id);

        (await DeliverAsync(Deleted("evt_2"))).Outcome.ShouldBe(WebhookOutcome.Handled);
        (await DeliverAsync(Deleted("evt_3"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        (await _agents.SettleAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        _agents.Steps[MachinePlans.Destroy].Ran.ShouldBe(["first", "second", "third"]);
    }

    [Fact]
    public async Task P1_a_deletion_told_before_its_checkout_provisions_nothing()
    {
        (await DeliverAsync(Deleted("evt_2"))).Outcome.ShouldBe(WebhookOutcome.Handled);
        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        (await _agents.FindAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await _agents.PlansOfAsync(_agent.Id)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task P1_every_order_of_arrival_ends_the_same(string order)
    {
        foreach (var delivery in order.Split(' '))
        {
            await DeliverAsync(delivery switch
            {
                "completed" => Completed("evt_1"),
                "completed-again" => Completed("evt_2"),
                _ => Deleted("evt_3"),
            });
        }

        var agent = await _agents.SettleAsync(_agent.Id);
        (agent.Status, agent.Wanted).ShouldBe((AgentStatus.Closed, Wanted.Destroyed));
        (await _agents.Secrets.ReadAllAsync(_agent.Id)).ShouldBeEmpty();
        (await _agents.Database.QueryAsync<SubscriptionState>("SELECT agent_id, status FROM subscriptions"))
            .ShouldBe([new SubscriptionState { AgentId = _agent.Id, Status = "ended" }]);
        (await EventsAsync()).ShouldBe(["evt_1", "evt_2", "evt_3"]);
    }

    public static TheoryData<string> Orders() => new(
        "completed completed-again deleted",
        "completed deleted completed-again",
        "completed-again completed deleted",
        "completed-again deleted completed",
        "deleted completed completed-again",
        "deleted completed-again completed");

    [Fact]
    public async Task P2_a_session_that_is_not_paid_yet_asks_for_nothing()
    {
        (await DeliverAsync(Completed("evt_1", paymentStatus: "unpaid"))).Outcome.ShouldBe(WebhookOutcome.Ignored);
        (await _agents.PlansOfAsync(_agent.Id)).ShouldBeEmpty();

        (await DeliverAsync(Completed("evt_2", type: "checkout.session.async_payment_succeeded"))).Outcome.ShouldBe(WebhookOutcome.Handled);
        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task Events_that_ask_for_nothing_here_are_recorded_and_ignored()
    {
        (await DeliverAsync(Event("evt_1", "invoice.finalized", new { id = "in_1" }))).Outcome.ShouldBe(WebhookOutcome.Ignored);
        (await DeliverAsync(Event("evt_2", "checkout.session.completed", new { id = "cs_1", payment_status = "paid" }))).Outcome.ShouldBe(WebhookOutcome.Ignored);

        (await EventsAsync()).ShouldBe(["evt_1", "evt_2"]);
    }

    [Fact]
    public async Task T28_a_price_nobody_knows_leaves_nothing_behind_and_counts_once_it_is_configured()
    {
        _stripe.Options.Prices["price_other"] = "sample";
        var refused = await DeliverAsync(Completed("evt_1"));
        refused.Outcome.ShouldBe(WebhookOutcome.Unresolved);
        refused.Detail.ShouldContain("price_1");
        await ShouldHoldNothingAsync();

        _stripe.Options.Prices["price_1"] = "sample";
        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task T28_a_price_that_buys_another_blueprint_is_not_taken()
    {
        _stripe.Options.Prices["price_1"] = "expensive";
        var refused = await DeliverAsync(Completed("evt_1"));

        refused.Outcome.ShouldBe(WebhookOutcome.Unresolved);
        refused.Detail.ShouldContain("buys 'expensive'");
        await ShouldHoldNothingAsync();
        _stripe.Options.Prices["price_1"] = "sample";
        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);
    }

    [Fact]
    public async Task T28_a_checkout_for_an_agent_nobody_knows_is_not_taken()
    {
        var refused = await DeliverAsync(Completed("evt_1", agent: "agt-unknown"));

        refused.Outcome.ShouldBe(WebhookOutcome.Unresolved);
        refused.Detail.ShouldContain("agt-unknown");
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task A_second_subscription_for_a_paid_agent_is_not_taken_and_its_end_harms_nobody()
    {
        await DeliverAsync(Completed("evt_1"));

        var refused = await DeliverAsync(Completed("evt_2", subscription: "sub_2"));
        (await DeliverAsync(Deleted("evt_3", "sub_2"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        refused.Outcome.ShouldBe(WebhookOutcome.Unresolved);
        refused.Detail.ShouldContain("Refund one of them");
        (await EventsAsync()).ShouldBe(["evt_1", "evt_3"]);
        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task T28_when_the_effect_fails_the_event_was_never_seen()
    {
        // The operation cannot be written, as on a full disk.
        await _agents.Database.WriteAsync(t => t.ExecuteAsync(
            "CREATE TRIGGER poison BEFORE INSERT ON operations BEGIN SELECT RAISE(ABORT, 'poison'); END"));
        (await Should.ThrowAsync<Exception>(() => DeliverAsync(Completed("evt_1")))).Message.ShouldContain("poison");
        await ShouldHoldNothingAsync();

        await _agents.Database.WriteAsync(t => t.ExecuteAsync("DROP TRIGGER poison"));
        (await DeliverAsync(Completed("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);
        await ShouldBeProvisionedOnceAsync();
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1"}""")]
    [InlineData("""{"id":"evt_1","type":"checkout.session.completed"}""")]
    [InlineData("""{"id":"","type":"x","data":{"object":{}}}""")]
    [InlineData("""{"id":7,"type":"x","data":{"object":{}}}""")]
    public async Task P1_what_is_signed_but_no_event_is_called_malformed(string body)
    {
        (await DeliverAsync(body)).Outcome.ShouldBe(WebhookOutcome.Malformed);
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task P1_an_event_with_expanded_objects_and_unknown_types_is_read_no_less()
    {
        // Metadata values are text at Stripe, but fields we do not read may be anything.
        var body = """{"id":"evt_1","type":"customer.updated","data":{"object":{"id":"cus_1","subscription":null,"address":{"line1":null},"balance":0}},"livemode":false}""";

        (await DeliverAsync(body)).Outcome.ShouldBe(WebhookOutcome.Ignored);
    }

    [Fact]
    public async Task P1_without_a_valid_signature_nothing_is_read()
    {
        var body = Encoding.UTF8.GetBytes(Completed("evt_1"));

        (await _stripe.DeliverAsync(body, _stripe.Sign(body, "whsec_forged"))).Outcome.ShouldBe(WebhookOutcome.BadSignature);
        (await _stripe.DeliverAsync(body, null)).Outcome.ShouldBe(WebhookOutcome.BadSignature);
        var old = _stripe.Sign(body);
        _agents.Engine.Time.Advance(TimeSpan.FromSeconds(301));
        (await _stripe.DeliverAsync(body, old)).Outcome.ShouldBe(WebhookOutcome.BadSignature);

        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task P2_a_payment_for_a_closed_agent_provisions_nothing_and_says_so()
    {
        await _agents.WishAsync("destroy", _agent.Id);

        var result = await DeliverAsync(Completed("evt_1"));

        result.Detail.ShouldContain("it is closed");
        (await _agents.PlansOfAsync(_agent.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_a_payment_for_a_closed_agent_raises_an_alert_until_its_subscription_ends()
    {
        await _agents.WishAsync("destroy", _agent.Id);
        await DeliverAsync(Completed("evt_1"));
        await DeliverAsync(Completed("evt_1"));

        var alert = (await OpenAlertsAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject, alert.Count).ShouldBe((AlertSeverity.Critical, _agent.Id, 1), "a delivery that was seen before is no second payment");
        alert.What.ShouldContain("sub_1");
        alert.What.ShouldContain("it is closed");
        alert.WhatToDo.ShouldContain("refund");

        await DeliverAsync(Deleted("evt_2"));
        (await OpenAlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P1_a_payment_that_cannot_be_acted_on_raises_an_alert_until_it_can()
    {
        var unknown = Completed("evt_1", agent: "agt-unknown");
        (await DeliverAsync(unknown)).Outcome.ShouldBe(WebhookOutcome.Unresolved);
        (await DeliverAsync(unknown)).Outcome.ShouldBe(WebhookOutcome.Unresolved);

        var alert = (await OpenAlertsAsync()).ShouldHaveSingleItem();
        alert.Count.ShouldBe(2);
        alert.What.ShouldContain("agt-unknown");
        (await EventsAsync()).ShouldBeEmpty("the next delivery counts");

        await DeliverAsync(Completed("evt_1"));
        (await OpenAlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customer_who_paid_and_has_nothing_raises_an_alert_until_the_agent_runs()
    {
        _agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        await DeliverAsync(Completed("evt_1"));
        (await OpenAlertsAsync()).ShouldBeEmpty("it has not failed yet");
        (await _agents.SettleAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Error);

        var alert = (await OpenAlertsAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe((AlertSeverity.Critical, _agent.Id));
        alert.What.ShouldContain("no such image");
        alert.WhatToDo.ShouldContain($"slipway agent retry {_agent.Id}");

        _agents.Steps[MachinePlans.Provision].Second.ThenFails("still no such image");
        await _agents.WishAsync("retry", _agent.Id);
        await _agents.SettleAsync(_agent.Id);
        (await OpenAlertsAsync()).ShouldHaveSingleItem().Count.ShouldBe(2);

        await _agents.WishAsync("retry", _agent.Id);
        (await _agents.SettleAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await OpenAlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customer_who_has_nothing_and_left_is_no_alert_any_more()
    {
        _agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        await DeliverAsync(Completed("evt_1"));
        await _agents.SettleAsync(_agent.Id);

        await DeliverAsync(Deleted("evt_2"));

        (await _agents.FindAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        (await OpenAlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_granted_agent_that_fails_is_no_customers_loss()
    {
        _agents.Steps[MachinePlans.Provision].Second.ThenFails("no such image");
        await _agents.WishAsync("grant", _agent.Id);

        (await _agents.SettleAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Error);

        (await OpenAlertsAsync()).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<Alert>> OpenAlertsAsync() => _agents.Engine.Alerts.ListAsync(all: false, 10);

    private Task<WebhookResult> DeliverAsync(string body) => _stripe.DeliverAsync(body);

    private string Completed(
        string id, string type = "checkout.session.completed", string paymentStatus = "paid", string subscription = "sub_1", string? agent = null) =>
        SignedDeliveries.Completed(id, agent ?? _agent.Id, type, paymentStatus, subscription);

    private static string Deleted(string id, string subscription = "sub_1") => SignedDeliveries.Deleted(id, subscription);

    private static string Event(string id, string type, object subject) => SignedDeliveries.Event(id, type, subject);

    private Task<IReadOnlyList<string>> EventsAsync() => _agents.Database.QueryAsync<string>("SELECT id FROM stripe_events ORDER BY id");

    private async Task ShouldBeProvisionedOnceAsync()
    {
        (await _agents.SettleAsync(_agent.Id)).Status.ShouldBe(AgentStatus.Active);
        (await _agents.PlansOfAsync(_agent.Id)).ShouldBe([MachinePlans.Provision]);
    }

    private async Task ShouldHoldNothingAsync()
    {
        (await EventsAsync()).ShouldBeEmpty();
        (await _agents.Database.QueryAsync<string>("SELECT id FROM subscriptions")).ShouldBeEmpty();
        (await _agents.FindAsync(_agent.Id)).ShouldBe(_agent);
        (await _agents.PlansOfAsync(_agent.Id)).ShouldBeEmpty();
    }
}
