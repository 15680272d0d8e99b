using Slipway.Agents;
using Slipway.Operations;
using Slipway.Storage;
using Slipway.Tests.Agents;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Payments;

/// <summary>Payments, wishes and the engine at the same moment on PostgreSQL, where nothing queues their transactions.</summary>
[Collection(PostgresTests.Name)]
public sealed class PaymentRaceTests(PostgresServer server) : IAsyncLifetime
{
    private string _address = "";
    private TestAgents _agents = null!;

    public async Task InitializeAsync()
    {
        _address = await server.CreateDatabaseAsync();
        _agents = await TestAgents.CreateAsync(_address);
    }

    public async Task DisposeAsync()
    {
        await _agents.DisposeAsync();
        await server.DropDatabaseAsync(_address);
    }

    [Fact]
    public async Task P1_a_payment_and_its_end_told_at_once_end_the_agent_whichever_is_first()
    {
        var deliveries = new SignedDeliveries(_agents);
        for (var round = 0; round < 10; round++)
        {
            var agent = await _agents.OrderAsync();
            var subscription = $"sub_{round}";
            _agents.Stripe.Subscribe(subscription, agent.Id);
            _agents.Stripe.Cancel(subscription);
            var bodies = _agents.Stripe.EventsOf(subscription);

            await Task.WhenAll(bodies.Concat(bodies).Select(body => Task.Run(() => deliveries.DeliverAsync(body))));

            (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
            (await _agents.PlansOfAsync(agent.Id)).Count.ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public async Task P1_a_hint_at_the_very_moment_a_look_ends_is_not_lost()
    {
        var deliveries = new SignedDeliveries(_agents);
        for (var round = 0; round < 20; round++)
        {
            var agent = await _agents.OrderAsync();
            var subscription = $"sub_{round}";
            _agents.Stripe.Subscribe(subscription, agent.Id);
            await deliveries.DeliverAsync(_agents.Stripe.EventsOf(subscription)[0]);
            var look = (await _agents.Database.WriteAsync(t => OperationStore.FindUnfinishedAsync(t, subscription)))!;

            // The look sees the subscription before it is cancelled, or after.
            await Task.WhenAll(
                Task.Run(() => _agents.Engine.FinishAsync(look.Id)),
                Task.Run(() =>
                {
                    _agents.Stripe.Cancel(subscription);
                    return deliveries.DeliverAsync(_agents.Stripe.EventsOf(subscription)[^1]);
                }));

            (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
            (await _agents.Database.FirstOrDefaultAsync<long>("SELECT hints - hints_seen FROM subscriptions WHERE id = @subscription", new { subscription })).ShouldBe(0);
        }
    }

    [Fact]
    public async Task L3_a_destroy_at_the_very_moment_a_provision_ends_is_not_lost()
    {
        for (var round = 0; round < 10; round++)
        {
            var agent = await _agents.OrderAsync();
            var operation = (await _agents.WishAsync("grant", agent.Id)).Agent!.OperationId!;

            await Task.WhenAll(
                Task.Run(() => _agents.Engine.FinishAsync(operation)),
                Task.Run(() => _agents.WishAsync("destroy", agent.Id)));

            (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
        }
    }

    [Fact]
    public async Task T10_an_end_and_a_destroy_that_wait_for_each_other_both_happen()
    {
        var agent = await _agents.OrderAsync();
        var operation = (await _agents.WishAsync("grant", agent.Id)).Agent!.OperationId!;
        var meeting = new Meeting();
        _agents.Engine.Projections.Insert(0, meeting);

        // The engine holds the operation's row and wants the agent's; the destroy holds the agent's and wants the operation's.
        await Task.WhenAll(
            Task.Run(() => _agents.Engine.FinishAsync(operation)),
            Task.Run(() => _agents.Database.WriteAsync(async t =>
            {
                await meeting.EngineHasOperation.Task;
                await AgentStore.LockAsync(t, agent.Id);
                meeting.DestroyHasAgent.TrySetResult();
                return await _agents.Lifecycle.DestroyAsync(t, agent.Id);
            }))).WaitAsync(TimeSpan.FromSeconds(60));

        (await _agents.SettleAsync(agent.Id)).Status.ShouldBe(AgentStatus.Closed);
    }

    private sealed class Meeting : IOperationProjection
    {
        public TaskCompletionSource EngineHasOperation { get; } = new();

        public TaskCompletionSource DestroyHasAgent { get; } = new();

        public async Task FinishedAsync(Transaction transaction, Operation operation)
        {
            EngineHasOperation.TrySetResult();
            await DestroyHasAgent.Task;
        }
    }
}
