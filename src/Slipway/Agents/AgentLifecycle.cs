using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>What came of a wish.</summary>
public enum WishOutcome
{
    /// <summary>Accepted; an operation makes it so, now or after the one under way.</summary>
    Accepted,

    /// <summary>It was so already.</summary>
    AlreadySo,

    /// <summary>Not in the agent's present status.</summary>
    Refused,

    NotFound,
}

/// <summary>A wish's outcome, the agent after it, and the reason for a refusal.</summary>
public sealed record WishResult(WishOutcome Outcome, Agent? Agent = null, string? Reason = null);

/// <summary>Takes orders and wishes, and starts the operation that a changed wish needs.</summary>
public sealed class AgentLifecycle(
    AgentStore store, BlueprintStore blueprints, SecretStore secrets, OperationDispatcher operations,
    IEnumerable<IAgentProjection> projections, IdSource ids, TimeProvider time)
{
    /// <summary>Takes an order whose secrets were found valid: a draft, for which nothing happens until it is paid.</summary>
    public async Task<Agent> OrderAsync(
        Transaction transaction, Blueprint blueprint, string? name, string? location, IReadOnlyDictionary<string, Secret> values)
    {
        var now = time.GetUtcNow();
        var agent = new Agent
        {
            Id = ids.Next("agt"),
            Name = name,
            BlueprintName = blueprint.Name,
            BlueprintDigest = blueprint.Digest,
            Location = location,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await blueprints.KeepAsync(transaction, blueprint);
        await AgentStore.InsertAsync(transaction, agent);
        foreach (var (secretName, value) in values)
        {
            await secrets.PutAsync(transaction, agent.Id, secretName, value);
        }

        return agent;
    }

    /// <summary>Takes an order anew that nobody has paid for: whoever left the payment may come back and correct it.</summary>
    /// <returns>False when it is no such draft any more, and nothing was changed.</returns>
    public async Task<bool> ReviseAsync(Transaction transaction, string id, Blueprint blueprint, string? location, IReadOnlyDictionary<string, Secret> values)
    {
        if (await AgentStore.LockAsync(transaction, id) is not { Status: AgentStatus.Draft, Wanted: Wanted.Nothing } agent || agent.BlueprintName != blueprint.Name)
        {
            return false;
        }

        await blueprints.KeepAsync(transaction, blueprint);
        await AgentStore.ReviseAsync(transaction, agent with { BlueprintDigest = blueprint.Digest, Location = location, UpdatedAt = time.GetUtcNow() });
        await SecretStore.DeleteAllAsync(transaction, id);
        foreach (var (secretName, value) in values)
        {
            await secrets.PutAsync(transaction, id, secretName, value);
        }

        return true;
    }

    /// <summary>Somebody may have the agent running: it was paid for, or granted.</summary>
    public Task<WishResult> GrantAsync(Transaction transaction, string id) => WishAsync(transaction, id, agent => agent.Status switch
    {
        AgentStatus.Draft when agent.Wanted is Wanted.Nothing or Wanted.Running => (Wanted.Running, null),
        AgentStatus.Closed => (null, "it is closed; order a new one"),
        _ when agent.Wanted == Wanted.Destroyed => (null, "it is being destroyed; order a new one"),
        // Paid again, or the same payment told twice: what is wanted already stays.
        _ => (agent.Wanted, null),
    });

    public Task<WishResult> StopAsync(Transaction transaction, string id) => WishAsync(transaction, id, agent => agent switch
    {
        { Status: AgentStatus.Closed } => (null, "it is closed"),
        { Wanted: Wanted.Destroyed } => (null, "it is being destroyed"),
        { Wanted: Wanted.Stopped } => (Wanted.Stopped, null),
        { Status: AgentStatus.Active } => (Wanted.Stopped, null),
        { Status: AgentStatus.Draft, Wanted: Wanted.Running } => (null, "it is being provisioned; wait until it runs, or destroy it"),
        _ => (null, $"only a running agent can be stopped, and this one is {Word(agent.Status)}"),
    });

    public Task<WishResult> StartAsync(Transaction transaction, string id) => WishAsync(transaction, id, agent => agent switch
    {
        { Status: AgentStatus.Closed } => (null, "it is closed; order a new one"),
        { Wanted: Wanted.Destroyed } => (null, "it is being destroyed"),
        { Status: AgentStatus.Paused } => (Wanted.Running, null),
        { Status: AgentStatus.Active, Wanted: Wanted.Running } => (Wanted.Running, null),
        { Status: AgentStatus.Active, Wanted: Wanted.Stopped } => (null, "it is being stopped; start it when it is stopped"),
        { Status: AgentStatus.Draft } => (null, "it is a draft; it starts when it is paid for"),
        { Status: AgentStatus.Error } => (null, "it could not be provisioned; use retry"),
        _ => (null, $"only a stopped agent can be started, and this one is {Word(agent.Status)}"),
    });

    public Task<WishResult> DestroyAsync(Transaction transaction, string id) => WishAsync(transaction, id, _ => (Wanted.Destroyed, null));

    /// <summary>Tries again to provision an agent that was wanted and failed; one that was never wanted is not let in this way.</summary>
    public Task<WishResult> RetryAsync(Transaction transaction, string id) => WishAsync(
        transaction,
        id,
        agent => agent is { Status: AgentStatus.Error, Wanted: Wanted.Running }
            ? (Wanted.Running, null)
            : (null, $"only an agent whose provisioning failed can be retried, and this one is {Word(agent.Status)}"),
        forgive: true);

    /// <summary>Has a running agent get other secrets, found valid together with those it keeps; an empty one is taken away.</summary>
    public async Task<WishResult> ChangeSecretsAsync(Transaction transaction, string id, IReadOnlyDictionary<string, Secret> values)
    {
        var agent = await AgentStore.LockAsync(transaction, id);
        switch (agent)
        {
            case null:
                return new WishResult(WishOutcome.NotFound, Reason: $"There is no agent '{id}'.");
            case not { Status: AgentStatus.Active, Wanted: Wanted.Running }:
                return new WishResult(WishOutcome.Refused, agent, $"Agent {id}: only a running agent can get other secrets, and this one is {Word(agent.Status)}.");
        }

        if (await BeginAsync(transaction, MachinePlans.ChangeSecrets, agent) is not { } operation)
        {
            return new WishResult(WishOutcome.Refused, agent, $"Agent {id}: an operation is under way; try again when it has ended.");
        }

        await secrets.PutAsideAsync(transaction, id, values);
        return new WishResult(WishOutcome.Accepted, await store.UpdateAsync(transaction, agent with { OperationId = operation }));
    }

    /// <summary>Starts the operation that brings an agent from what it is to what is wanted, unless one is under way.</summary>
    internal async Task<Agent> ConvergeAsync(Transaction transaction, Agent agent)
    {
        if (await OperationStore.FindUnfinishedAsync(transaction, agent.Id) is { } running)
        {
            if (agent.Wanted == Wanted.Destroyed)
            {
                await operations.CancelAsync(transaction, running.Id, "The agent is to be destroyed.");
            }

            return agent;
        }

        var started = (agent.Wanted, agent.Status) switch
        {
            (Wanted.Running, AgentStatus.Draft) => await ProvisionAsync(transaction, agent),
            (Wanted.Running, AgentStatus.Paused) => await BeginAsync(transaction, MachinePlans.Start, agent),
            (Wanted.Stopped, AgentStatus.Active) => await BeginAsync(transaction, MachinePlans.Stop, agent),
            (Wanted.Destroyed, AgentStatus.Active or AgentStatus.Paused) => await BeginAsync(transaction, MachinePlans.Destroy, agent),
            // Of an agent whose machine is gone, only these can be left.
            (Wanted.Destroyed, AgentStatus.Error) when await HadSnapshotsAsync(transaction, agent.Id) => await BeginAsync(transaction, MachinePlans.Destroy, agent),
            _ => null,
        };
        if (started is null && agent.Wanted == Wanted.Destroyed && agent.Status is AgentStatus.Draft or AgentStatus.Error)
        {
            // No machine was ever made, or all of it was seen gone: there is nothing left but the row and its secrets.
            await SecretStore.DeleteAllAsync(transaction, agent.Id);
            var closed = await store.UpdateAsync(transaction, agent with { Status = AgentStatus.Closed, Error = null });
            await SettledAsync(transaction, closed);
            return closed;
        }

        return started is null ? agent : await store.UpdateAsync(transaction, agent with { OperationId = started });
    }

    internal static Task<bool> HadSnapshotsAsync(Transaction transaction, string id) => OperationStore.AnySucceededAsync(transaction, id, MachinePlans.Snapshot);

    internal async Task SettledAsync(Transaction transaction, Agent agent)
    {
        foreach (var projection in projections)
        {
            await projection.SettledAsync(transaction, agent);
        }
    }

    private async Task<WishResult> WishAsync(Transaction transaction, string id, Func<Agent, (Wanted? Wanted, string? Refusal)> judge, bool forgive = false)
    {
        var agent = await AgentStore.LockAsync(transaction, id);
        if (agent is null)
        {
            return new WishResult(WishOutcome.NotFound, Reason: $"There is no agent '{id}'.");
        }

        if (agent is { Status: AgentStatus.Closed, Wanted: Wanted.Destroyed } && judge(agent).Wanted == Wanted.Destroyed)
        {
            return new WishResult(WishOutcome.AlreadySo, agent);
        }

        var (wanted, refusal) = judge(agent);
        if (wanted is null)
        {
            return new WishResult(WishOutcome.Refused, agent, $"Agent {id}: {refusal}.");
        }

        if (wanted == agent.Wanted && !forgive)
        {
            return new WishResult(WishOutcome.AlreadySo, agent);
        }

        var changed = agent with { Wanted = wanted.Value, Status = forgive ? AgentStatus.Draft : agent.Status, Error = forgive ? null : agent.Error };
        return new WishResult(WishOutcome.Accepted, await ConvergeAsync(transaction, await store.UpdateAsync(transaction, changed)));
    }

    private Task<string?> ProvisionAsync(Transaction transaction, Agent agent) => operations.StartAsync(
        transaction,
        MachinePlans.Provision,
        agent.Id,
        new MachineOrder { BlueprintDigest = agent.BlueprintDigest, BlueprintName = agent.BlueprintName, Location = agent.Location },
        BlueprintJson.Default.MachineOrder);

    private Task<string?> BeginAsync(Transaction transaction, string plan, Agent agent) =>
        operations.StartAsync(transaction, plan, agent.Id, new MachineWish(), BlueprintJson.Default.MachineWish);

    internal static string Word(AgentStatus status) => status switch
    {
        AgentStatus.Draft => "a draft that nobody has paid for",
        AgentStatus.Active => "running",
        AgentStatus.Paused => "stopped",
        AgentStatus.Closed => "closed",
        _ => "in error",
    };
}
