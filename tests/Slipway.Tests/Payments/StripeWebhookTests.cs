using System.Text;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Payments;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

/// <summary>Signed deliveries, up to the look they begin.</summary>
public sealed class StripeWebhookTests : IAsyncLifetime
{
    private TestAgents _agents = null!;
    private SignedDeliveries _deliveries = null!;
    private Agent _agent = null!;

    public async Task InitializeAsync()
    {
        _agents = await TestAgents.CreateAsync();
        _deliveries = new SignedDeliveries(_agents);
        _agent = await _agents.OrderAsync();
        _agents.Stripe.Subscribe("sub_1", _agent.Id);
    }

    public async Task DisposeAsync() => await _agents.DisposeAsync();

    [Fact]
    public async Task P2_a_completed_checkout_provisions_once()
    {
        (await DeliverAsync(About("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);

        await ShouldBeProvisionedOnceAsync();
        (await EventsAsync()).ShouldBe(["evt_1"]);
    }

    [Fact]
    public async Task P1_an_event_delivered_twice_counts_once()
    {
        await DeliverAsync(About("evt_1"));

        (await DeliverAsync(About("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Duplicate);

        await ShouldBeProvisionedOnceAsync();
        _agents.Stripe.Requests.Count(r => r == "GET subscriptions/sub_1").ShouldBe(1);
    }

    [Fact]
    public async Task P1_an_event_delivered_eight_times_at_once_counts_once()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => DeliverAsync(About("evt_1")))));

        results.Count(r => r.Outcome == WebhookOutcome.Handled).ShouldBe(1);
        results.Count(r => r.Outcome == WebhookOutcome.Duplicate).ShouldBe(7);
        await ShouldBeProvisionedOnceAsync();
    }

    [Fact]
    public async Task P1_eight_events_at_once_ask_for_no_more_than_one_look_more()
    {
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() => DeliverAsync(About($"evt_{n}")))));

        await ShouldBeProvisionedOnceAsync();
        _agents.Stripe.Requests.Count(r => r == "GET subscriptions/sub_1").ShouldBe(2);
    }

    [Theory]
    [InlineData("checkout.session.completed", """{"id":"cs_1","subscription":"sub_1"}""")]
    [InlineData("checkout.session.completed", """{"id":"cs_1","subscription":{"id":"sub_1","object":"subscription"}}""")]
    [InlineData("customer.subscription.deleted", """{"id":"sub_1"}""")]
    [InlineData("invoice.paid", """{"id":"in_1","subscription":"sub_1"}""")]
    [InlineData("invoice.payment_failed", """{"id":"in_1","parent":{"subscription_details":{"subscription":"sub_1"}}}""")]
    public async Task P1_whatever_an_event_is_about_it_names_the_subscription_to_look_at(string type, string about)
    {
        (await DeliverAsync(Event("evt_1", type, about))).Detail.ShouldContain("sub_1");

        await ShouldBeProvisionedOnceAsync();
    }

    [Theory]
    [InlineData("invoice.finalized", """{"id":"in_1","subscription":"sub_1"}""")]
    [InlineData("customer.updated", """{"id":"cus_1","subscription":null,"address":{"line1":null},"balance":0,"parent":"text"}""")]
    [InlineData("checkout.session.completed", """{"id":"cs_1","mode":"payment","subscription":null}""")]
    [InlineData("invoice.paid", """{"id":"in_1","parent":{"quote_details":{},"subscription_details":null}}""")]
    [InlineData("invoice.paid", """{"id":"in_1","subscription":7}""")]
    public async Task Events_that_ask_for_nothing_here_are_recorded_and_ignored(string type, string about)
    {
        (await DeliverAsync(Event("evt_1", type, about))).Outcome.ShouldBe(WebhookOutcome.Ignored);

        (await EventsAsync()).ShouldBe(["evt_1"]);
        (await _agents.Database.QueryAsync<string>("SELECT id FROM operations")).ShouldBeEmpty();
    }

    [Fact]
    public async Task T28_when_the_effect_fails_the_event_was_never_seen()
    {
        // The operation cannot be written, as on a full disk.
        await _agents.Database.WriteAsync(t => t.ExecuteAsync(
            "CREATE TRIGGER poison BEFORE INSERT ON operations BEGIN SELECT RAISE(ABORT, 'poison'); END"));
        (await Should.ThrowAsync<Exception>(() => DeliverAsync(About("evt_1")))).Message.ShouldContain("poison");
        await ShouldHoldNothingAsync();

        await _agents.Database.WriteAsync(t => t.ExecuteAsync("DROP TRIGGER poison"));
        (await DeliverAsync(About("evt_1"))).Outcome.ShouldBe(WebhookOutcome.Handled);
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
    [InlineData("""{"id":"evt_1","type":"checkout.session.completed","data":{}}""")]
    [InlineData("""{"id":"evt_1","type":"checkout.session.completed","data":{"object":"sub_1"}}""")]
    [InlineData("""{"id":"","type":"x","data":{"object":{}}}""")]
    [InlineData("""{"id":7,"type":"x","data":{"object":{}}}""")]
    public async Task P1_what_is_signed_but_no_event_is_called_malformed(string body)
    {
        (await DeliverAsync(body)).Outcome.ShouldBe(WebhookOutcome.Malformed);
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task P1_without_a_valid_signature_nothing_is_read()
    {
        var body = Encoding.UTF8.GetBytes(About("evt_1"));

        (await _deliveries.DeliverAsync(body, _deliveries.Sign(body, "whsec_forged"))).Outcome.ShouldBe(WebhookOutcome.BadSignature);
        (await _deliveries.DeliverAsync(body, null)).Outcome.ShouldBe(WebhookOutcome.BadSignature);
        var old = _deliveries.Sign(body);
        _agents.Engine.Time.Advance(TimeSpan.FromSeconds(301));
        (await _deliveries.DeliverAsync(body, old)).Outcome.ShouldBe(WebhookOutcome.BadSignature);

        await ShouldHoldNothingAsync();
    }

    private Task<WebhookResult> DeliverAsync(string body) => _deliveries.DeliverAsync(body);

    private static string About(string id) => SignedDeliveries.About(id, "sub_1");

    private static string Event(string id, string type, string about) => $$$"""{"id":"{{{id}}}","object":"event","type":"{{{type}}}","data":{"object":{{{about}}} }}""";

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
