using Slipway.Agents;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

/// <summary>The invariant of payments: what becomes of an agent depends on its subscription, and not on what was told of it, how often, or in which order.</summary>
public sealed class EventOrderTests : IAsyncLifetime
{
    private const int Events = 6;

    private TestPayments _payments = null!;

    public async Task InitializeAsync() => _payments = await TestPayments.CreateAsync();

    public async Task DisposeAsync() => await _payments.DisposeAsync();

    [Theory]
    [InlineData("paid", AgentStatus.Active, Wanted.Running, PaymentNotice.None)]
    [InlineData("cancelled", AgentStatus.Closed, Wanted.Destroyed, PaymentNotice.Ended)]
    [InlineData("failed and paid again", AgentStatus.Active, Wanted.Running, PaymentNotice.None)]
    [InlineData("failed four days ago", AgentStatus.Draft, Wanted.Nothing, PaymentNotice.StoppedUnpaid)]
    [InlineData("failed and cancelled", AgentStatus.Closed, Wanted.Destroyed, PaymentNotice.Ended)]
    public async Task P1_every_order_of_six_deliveries_with_duplicates_ends_the_same(string history, AgentStatus status, Wanted wanted, PaymentNotice notice)
    {
        var number = 0;
        foreach (var order in Permutations([.. Enumerable.Range(0, Events)]))
        {
            var subscription = $"sub_{number}";
            var agent = await _payments.Agents.OrderAsync();
            var bodies = Play(history, subscription, agent.Id);
            for (var i = 0; i < Events; i++)
            {
                await _payments.Deliveries.DeliverAsync(bodies[order[i]]);
                // Some of the looks come between the deliveries, after another one each time.
                if (i == number % Events)
                {
                    await _payments.Agents.SettleAsync(agent.Id);
                }
            }

            (await _payments.SettledAsync(agent.Id)).ShouldBe((status, wanted), $"{history} told as {string.Join(' ', order)}");
            (await _payments.RowAsync(subscription)).Notice.ShouldBe(notice, $"{history} told as {string.Join(' ', order)}");
            number++;
        }

        number.ShouldBe(720);
        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P1_whatever_happens_and_whenever_it_is_told_the_agent_is_as_its_subscription_says_in_the_end()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var subscription = $"sub_{seed}";
            var agent = await _payments.Agents.OrderAsync();
            _payments.Stripe.Subscribe(subscription, agent.Id);
            for (var step = 0; step < 12; step++)
            {
                await HappenAsync(random, subscription, agent.Id);
            }

            // However late, everything is told once.
            foreach (var body in _payments.Stripe.EventsOf(subscription).OrderBy(_ => random.Next()))
            {
                await _payments.Deliveries.DeliverAsync(body);
            }

            var facts = new SubscriptionFacts { Status = _payments.Stripe.Status(subscription), UnpaidSince = _payments.Stripe.OwedSince(subscription) ?? Now };
            var asked = Verdict.Of(facts, _payments.Agents.Terms, Now);
            var settled = await _payments.SettledAsync(agent.Id);
            var right = asked.Wanted switch
            {
                Wanted.Running => settled is (AgentStatus.Active, Wanted.Running),
                Wanted.Stopped => settled is (AgentStatus.Paused, Wanted.Stopped) or (AgentStatus.Draft, Wanted.Nothing),
                _ => settled is (AgentStatus.Closed, Wanted.Destroyed),
            };
            right.ShouldBeTrue($"seed {seed}: {facts} asks for {asked.Wanted}, but the agent is {settled}");
        }

        (await _payments.AlertsAsync()).ShouldBeEmpty();
    }

    private DateTimeOffset Now => _payments.Agents.Engine.Time.GetUtcNow();

    /// <summary>Something changes at Stripe, time goes by, something is told, or the engine gets on.</summary>
    private async Task HappenAsync(Random random, string subscription, string agent)
    {
        var ended = _payments.Stripe.Status(subscription) == "canceled";
        switch (random.Next(9))
        {
            case 0 when !ended:
                _payments.Stripe.Fail(subscription);
                break;
            case 1 when !ended:
                _payments.Stripe.Pay(subscription);
                break;
            case 2 when !ended && _payments.Stripe.OwedSince(subscription) is null:
                _payments.Stripe.Become(subscription, "paused");
                break;
            case 3 when !ended && random.Next(3) == 0:
                _payments.Stripe.Cancel(subscription);
                break;
            case 4:
                await _payments.PassAsync(TimeSpan.FromHours(random.Next(96)));
                break;
            case 5:
                await _payments.Agents.SettleAsync(agent);
                break;
            default:
                var all = _payments.Stripe.EventsOf(subscription);
                await _payments.Deliveries.DeliverAsync(all[random.Next(all.Count)]);
                break;
        }
    }

    /// <summary>Lets it happen, and tells it in six events: the last six, or all and the first once more.</summary>
    private List<string> Play(string history, string subscription, string agent)
    {
        _payments.Stripe.Subscribe(subscription, agent);
        switch (history)
        {
            case "cancelled":
                _payments.Stripe.Cancel(subscription);
                break;
            case "failed and paid again":
                _payments.Stripe.Fail(subscription);
                _payments.Stripe.Pay(subscription);
                break;
            case "failed four days ago":
                _payments.Stripe.Fail(subscription);
                _payments.Agents.Engine.Time.Advance(TimeSpan.FromDays(4));
                break;
            case "failed and cancelled":
                _payments.Stripe.Fail(subscription);
                _payments.Stripe.Cancel(subscription);
                break;
        }

        var bodies = _payments.Stripe.EventsOf(subscription).TakeLast(Events).ToList();
        return [.. bodies, .. bodies.Take(Events - bodies.Count)];
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length <= 1)
        {
            yield return items;
            yield break;
        }

        foreach (var first in items)
        {
            foreach (var rest in Permutations([.. items.Where(i => i != first)]))
            {
                yield return [first, .. rest];
            }
        }
    }
}
