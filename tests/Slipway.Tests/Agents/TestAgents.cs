using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Payments;
using Slipway.Payments.Stripe;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Tests.Blueprints;
using Slipway.Tests.Operations;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Agents;

/// <summary>Agents over the real engine; only the steps that would touch machines are scripted. Each plan has one step that makes, and its undo.</summary>
internal sealed class TestAgents : IAsyncDisposable
{
    private static readonly string[] Plans = [MachinePlans.Provision, MachinePlans.Stop, MachinePlans.Start, MachinePlans.Destroy, MachinePlans.Replace, MachinePlans.Repair, MachinePlans.ChangeSecrets];

    private TestAgents(Dictionary<string, ThreeSteps> steps, TestEngine engine, FakeStripe stripe)
    {
        Steps = steps;
        Stripe = stripe;
        Engine = engine;
        Blueprints = new BlueprintStore(engine.Database, engine.Time);
        Secrets = new SecretStore(engine.Database, new SecretCipher(new KeyRing(MasterKey.Create())), engine.Time);
        Store = new AgentStore(engine.Database, engine.Time);
        Looks = new SubscriptionLooks(engine.Dispatcher, engine.Waker, engine.Time);
        Lifecycle = new AgentLifecycle(
            Store, Blueprints, Secrets, engine.Dispatcher, [new PaidAgents(Looks, engine.Alerts, engine.Time)], new IdSource(engine.Entropy), engine.Time);
        Checkouts = new Checkouts(NewClient(stripe, engine.Time), Lifecycle, Looks, engine.Database, engine.Time);
        engine.Projections.Add(new AgentProjection(Store, Lifecycle));
        engine.Projections.Add(new SubscriptionProjection(Looks, Lifecycle, engine.Alerts, PaymentsOptions, Terms, engine.Time));
        engine.Readers.Add(PaymentsRegistration.Read);
    }

    public TestEngine Engine { get; }

    public Dictionary<string, ThreeSteps> Steps { get; }

    public FakeStripe Stripe { get; }

    public PaymentsOptions PaymentsOptions { get; } = new();

    public PaymentTerms Terms { get; } = new();

    public SubscriptionLooks Looks { get; }

    public Checkouts Checkouts { get; }

    public BlueprintStore Blueprints { get; }

    public SecretStore Secrets { get; }

    public AgentStore Store { get; }

    public AgentLifecycle Lifecycle { get; }

    public Database Database => Engine.Database;

    public static async Task<TestAgents> CreateAsync(string? database = null)
    {
        var steps = Plans.ToDictionary(p => p, _ => new ThreeSteps());
        var plans = steps.Select(s => s.Value.Plan(
            name: s.Key, cancellable: s.Key is MachinePlans.Provision or MachinePlans.Replace or MachinePlans.Repair or MachinePlans.ChangeSecrets, neverGivesUp: s.Key == MachinePlans.Destroy));
        FakeStripe? stripe = null;
        var engine = await TestEngine.CreateWithAsync(database, engine =>
        {
            stripe = new FakeStripe(engine.Time);
            var client = NewClient(stripe, engine.Time);
            return [.. plans, PaymentPlans.CreateFollow(client), PaymentPlans.CreateDispute(client), PaymentPlans.CreateEnd(client, engine.Alerts, engine.Database)];
        });
        return new TestAgents(steps, engine, stripe!);
    }

    public static StripeClient NewClient(HttpMessageHandler stripe, TimeProvider time) => new(new PaymentsOptions { ApiKey = "sk_test_by_hand" }, stripe, time);

    public async Task<Agent> OrderAsync() => await Database.WriteAsync(t => Lifecycle.OrderAsync(
        t, SampleBlueprint.Parse(), "an agent", null, new Dictionary<string, Secret> { ["TOKEN"] = new("abcd") }));

    public Task<WishResult> WishAsync(string wish, string id) => Database.WriteAsync(t => wish switch
    {
        "grant" => Lifecycle.GrantAsync(t, id),
        "stop" => Lifecycle.StopAsync(t, id),
        "start" => Lifecycle.StartAsync(t, id),
        "destroy" => Lifecycle.DestroyAsync(t, id),
        "retry" => Lifecycle.RetryAsync(t, id),
        _ => throw new NotSupportedException(wish),
    });

    public async Task<Agent> FindAsync(string id) => (await Store.FindAsync(id)).ShouldNotBeNull();

    /// <summary>Carries whatever is under way for the agent and for subscriptions to its end, and whatever that starts.</summary>
    public async Task<Agent> SettleAsync(string id)
    {
        while (await Database.FirstOrDefaultAsync<string>(
            "SELECT id FROM operations WHERE result IS NULL AND (subject = @id OR subject LIKE 'du_%' OR subject IN (SELECT id FROM subscriptions)) ORDER BY created_at, id LIMIT 1",
            new { id }) is { } running)
        {
            await Engine.FinishAsync(running);
        }

        return await FindAsync(id);
    }

    /// <summary>An agent brought to a status the way real ones get there.</summary>
    public async Task<Agent> AgentInAsync(string status)
    {
        var agent = await OrderAsync();
        switch (status)
        {
            case "draft":
                return agent;
            case "provisioning":
                await WishAsync("grant", agent.Id);
                break;
            case "active":
                await WishAsync("grant", agent.Id);
                await SettleAsync(agent.Id);
                break;
            case "error":
                Steps[MachinePlans.Provision].Second.ThenFails("no room");
                goto case "active";
            case "stopping":
                await AgentToAsync(agent.Id, "grant");
                await WishAsync("stop", agent.Id);
                break;
            case "paused":
                await AgentToAsync(agent.Id, "grant", "stop");
                break;
            case "starting":
                await AgentToAsync(agent.Id, "grant", "stop");
                await WishAsync("start", agent.Id);
                break;
            case "destroying":
                await AgentToAsync(agent.Id, "grant");
                await WishAsync("destroy", agent.Id);
                break;
            case "closed":
                await WishAsync("destroy", agent.Id);
                break;
            default:
                throw new NotSupportedException(status);
        }

        return await FindAsync(agent.Id);
    }

    public Task<IReadOnlyList<string>> PlansOfAsync(string id) =>
        Database.QueryAsync<string>("SELECT plan FROM operations WHERE subject = @id ORDER BY created_at, id", new { id });

    public async ValueTask DisposeAsync() => await Engine.DisposeAsync();

    private async Task AgentToAsync(string id, params string[] wishes)
    {
        foreach (var wish in wishes)
        {
            await WishAsync(wish, id);
            await SettleAsync(id);
            // So that the operations of one agent have an order.
            Engine.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
