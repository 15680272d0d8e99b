using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Payments;
using Slipway.Tests.Agents;

namespace Slipway.Tests.Payments;

/// <summary>Subscriptions at a Stripe that is played by hand, and the agents they pay for over the real engine.</summary>
internal sealed class TestPayments : IAsyncDisposable
{
    private TestPayments(TestAgents agents)
    {
        Agents = agents;
        Deliveries = new SignedDeliveries(agents);
    }

    public TestAgents Agents { get; }

    public SignedDeliveries Deliveries { get; }

    public FakeStripe Stripe => Agents.Stripe;

    public static async Task<TestPayments> CreateAsync(string? database = null) => new(await TestAgents.CreateAsync(database));

    /// <summary>An agent that runs and is paid for.</summary>
    public async Task<Agent> RunningAsync(string subscription = "sub_1", string status = "active")
    {
        var agent = await Agents.OrderAsync();
        Stripe.Subscribe(subscription, agent.Id, status);
        await TellAsync(subscription);
        var running = await Agents.SettleAsync(agent.Id);
        running.Status.ShouldBe(AgentStatus.Active);
        return running;
    }

    /// <summary>Delivers the last thing that happened to a subscription.</summary>
    public async Task TellAsync(string subscription = "sub_1") => await Deliveries.DeliverAsync(Stripe.EventsOf(subscription)[^1]);

    /// <summary>Lets time pass, and has looked at what is due then, as the loop does.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Agents.Engine.Time.Advance(time);
        foreach (var id in await SubscriptionStore.ListDueAsync(Agents.Database, Agents.Engine.Time.GetUtcNow(), 1000, CancellationToken.None))
        {
            await Agents.Database.WriteAsync(t => Agents.Looks.HintAsync(t, id));
        }
    }

    public async Task<(AgentStatus Status, Wanted Wanted)> SettledAsync(string agent)
    {
        var settled = await Agents.SettleAsync(agent);
        return (settled.Status, settled.Wanted);
    }

    public async Task<SubscriptionRow> RowAsync(string subscription = "sub_1") =>
        (await Agents.Database.FirstOrDefaultAsync<SubscriptionRow>("SELECT * FROM subscriptions WHERE id = @subscription", new { subscription })).ShouldNotBeNull();

    public Task<IReadOnlyList<Alert>> AlertsAsync() => Agents.Engine.Alerts.ListAsync(all: false, 10);

    public ValueTask DisposeAsync() => Agents.DisposeAsync();

    /// <summary>Runs the look that is under way, and nothing it starts.</summary>
    public async Task LookAsync() =>
        await Agents.Engine.RunAsync((await Agents.Database.FirstOrDefaultAsync<string>("SELECT id FROM operations WHERE result IS NULL AND subject = 'sub_1'"))!);
}
