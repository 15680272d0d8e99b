using Slipway.Client;

namespace Slipway.Server.Tests.Support;

/// <summary>What customers and operators do, in one line each.</summary>
internal static class Orders
{
    public static Task<AgentResource> OrderAsync(this TestSystem system, string blueprint = "hello", bool granted = false, string? location = null) =>
        system.Client.Agents.CreateAsync(new CreateAgentRequest
        {
            Blueprint = blueprint,
            Location = location,
            Secrets = new Dictionary<string, string> { ["GREETING_TOKEN"] = TestSystem.Secret },
            WithoutPayment = granted,
        });

    public static async Task<AgentResource> OrderAndPayAsync(this TestSystem system) => await system.ProvisioningAsync((await system.PayAsync((await system.OrderAsync()).Id)).Agent);

    /// <summary>A subscription at Stripe, and the event that tells of it.</summary>
    public static async Task<(string Agent, string Subscription)> PayAsync(this TestSystem system, string agent, string price = StripeEvents.Price)
    {
        var subscription = await system.Cloud.CheckOutAndPayAsync(agent, price);
        var answer = await system.WebhookAsync(StripeEvents.Paid(agent, "evt_" + agent, subscription));
        ((int)answer.Status).ShouldBe(200, answer.Text);
        return (agent, subscription);
    }

    /// <summary>Until the subscription was looked at and the agent's operation begun.</summary>
    public static Task<AgentResource> ProvisioningAsync(this TestSystem system, string agent) =>
        Eventually.BecomesAsync(() => system.Client.Agents.GetAsync(agent), a => a.Operation is not null, $"{agent} is provisioned");

    /// <summary>An agent that runs.</summary>
    public static async Task<AgentResource> RunningAgentAsync(this TestSystem system)
    {
        var agent = await system.OrderAsync(granted: true);
        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
        return await system.Client.Agents.GetAsync(agent.Id);
    }

    /// <summary>Follows an operation over its event stream to the end.</summary>
    public static async Task<OperationResource> FinishedAsync(this TestSystem system, string operation)
    {
        using var limit = Eventually.Limit();
        await foreach (var happened in system.Client.Operations.FollowAsync(operation, cancellationToken: limit.Token))
        {
            if (happened is OperationFinished)
            {
                break;
            }
        }

        return await system.Client.Operations.GetAsync(operation);
    }

    /// <summary>Until the timeline has such an entry.</summary>
    public static async Task<TimelineEntry> SeesAsync(this TestSystem system, string operation, Func<TimelineEntry, bool> entry, string what)
    {
        using var limit = Eventually.Limit();
        await foreach (var happened in system.Client.Operations.FollowAsync(operation, cancellationToken: limit.Token))
        {
            switch (happened)
            {
                case OperationProgress progress when entry(progress.Entry):
                    return progress.Entry;
                case OperationFinished finished:
                    throw new InvalidOperationException($"The operation ended ({finished.Operation.Status}, {finished.Operation.Error}) before {what}.");
            }
        }

        throw new InvalidOperationException($"The stream ended before {what}.");
    }

    /// <summary>As <see cref="FinishedAsync"/>, with the clock leaping ahead all the while.</summary>
    public static async Task<OperationResource> FinishedByLeapsAsync(this TestSystem system, string operation, TimeSpan leap) =>
        await Eventually.BecomesAsync(
            () => system.Client.Operations.GetAsync(operation), o => o.Status != "running", $"{operation} ends", () => system.Clock.Leap(leap));

    public static async Task<AgentChange> DestroyedAsync(this TestSystem system, string agent)
    {
        var change = await system.Client.Agents.DestroyAsync(agent);
        await Eventually.BecomesAsync(() => system.Client.Agents.GetAsync(agent), a => a.Status == "closed", $"{agent} is closed");
        return change;
    }
}
