using Slipway.Agents;
using Slipway.Payments;
using Slipway.Storage;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

public sealed class MissedEventsTests : IAsyncLifetime
{
    private TestPayments _payments = null!;
    private MissedEvents _missed = null!;

    public async Task InitializeAsync()
    {
        _payments = await TestPayments.CreateAsync();
        var agents = _payments.Agents;
        _missed = new MissedEvents(
            TestAgents.NewClient(agents.Stripe, agents.Engine.Time), _payments.Deliveries.Webhook, agents.Database, new Settings(agents.Database), agents.Engine.Time);
        await _missed.CatchUpAsync();
    }

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Fact]
    public async Task P1_a_payment_of_which_no_event_ever_came_is_found()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(1));

        (await _missed.CatchUpAsync()).ShouldBe(3, "all of them, although a page holds two");

        (await _payments.SettledAsync(agent.Id)).ShouldBe((AgentStatus.Active, Wanted.Running));
        (await _missed.CatchUpAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task P1_what_was_delivered_is_not_taken_again()
    {
        var agent = await _payments.RunningAsync();
        foreach (var body in _payments.Stripe.EventsOf("sub_1"))
        {
            await _payments.Deliveries.DeliverAsync(body);
        }

        await _payments.Agents.SettleAsync(agent.Id);

        (await _missed.CatchUpAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task P1_an_end_that_was_missed_ends_the_agent()
    {
        var agent = await _payments.RunningAsync();
        _payments.Stripe.Cancel("sub_1");

        await _missed.CatchUpAsync();

        (await _payments.SettledAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
    }

    [Fact]
    public async Task What_happened_before_this_control_plane_existed_was_not_missed()
    {
        await using var late = await TestPayments.CreateAsync();
        late.Stripe.Subscribe("sub_1", "agt-of-an-earlier-shop");
        late.Agents.Engine.Time.Advance(TimeSpan.FromDays(2));
        var missed = new MissedEvents(
            TestAgents.NewClient(late.Stripe, late.Agents.Engine.Time), late.Deliveries.Webhook, late.Agents.Database, new Settings(late.Agents.Database), late.Agents.Engine.Time);

        (await missed.CatchUpAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task When_Stripe_does_not_answer_the_same_time_is_asked_about_again()
    {
        var agent = await _payments.Agents.OrderAsync();
        _payments.Stripe.Subscribe("sub_1", agent.Id);
        _payments.Stripe.IsDown = true;
        _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(2));
        await Should.ThrowAsync<Slipway.Payments.Stripe.StripeException>(() => _missed.CatchUpAsync());

        _payments.Stripe.IsDown = false;

        (await _missed.CatchUpAsync()).ShouldBe(3);
    }
}
