using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>What an operator has done to the machine of an agent, while what is wanted of the agent stays as it is.</summary>
public sealed class AgentMaintenance(AgentStore store, OperationDispatcher operations)
{
    /// <summary>Copies the disk of an agent that runs or is stopped.</summary>
    public Task<WishResult> SnapshotAsync(Transaction transaction, string id, SnapshotOrder order) => BeginAsync(
        transaction,
        id,
        agent => HasMachine(agent) ? null : $"only an agent that runs or is stopped has a disk to copy, and this one is {AgentLifecycle.Word(agent.Status)}",
        agent => operations.StartAsync(transaction, MachinePlans.Snapshot, agent.Id, order, BlueprintJson.Default.SnapshotOrder));

    /// <summary>Deletes a copy of an agent's disk, whatever has become of the agent.</summary>
    public Task<WishResult> DeleteSnapshotAsync(Transaction transaction, string id, long imageId) => BeginAsync(
        transaction,
        id,
        _ => null,
        agent => operations.StartAsync(
            transaction, MachinePlans.DeleteSnapshot, agent.Id, new SnapshotRemoval(imageId), BlueprintJson.Default.SnapshotRemoval));

    /// <summary>Gives the machine of an agent that runs or is stopped another server type; one that runs is down meanwhile.</summary>
    public Task<WishResult> ResizeAsync(Transaction transaction, string id, string serverType, bool upgradeDisk) => BeginAsync(
        transaction,
        id,
        agent => HasMachine(agent) ? null : $"only an agent that runs or is stopped can be resized, and this one is {AgentLifecycle.Word(agent.Status)}",
        agent => operations.StartAsync(
            transaction,
            MachinePlans.Resize,
            agent.Id,
            new ResizeOrder { ServerType = serverType, UpgradeDisk = upgradeDisk, ShouldRun = agent.Status == AgentStatus.Active },
            BlueprintJson.Default.ResizeOrder));

    /// <summary>Makes the machine of an agent that runs anew, on the server it has; what was on its disk is lost.</summary>
    public Task<WishResult> RebuildAsync(Transaction transaction, string id) => BeginAsync(
        transaction,
        id,
        agent => agent is { Status: AgentStatus.Active, Wanted: Wanted.Running } ? null
            : $"only a running agent can be rebuilt, and this one is {AgentLifecycle.Word(agent.Status)}",
        agent => operations.StartAsync(transaction, MachinePlans.Rebuild, agent.Id, new MachineWish(), BlueprintJson.Default.MachineWish));

    private static bool HasMachine(Agent agent) => agent is { Status: AgentStatus.Active, Wanted: Wanted.Running } or { Status: AgentStatus.Paused, Wanted: Wanted.Stopped };

    private async Task<WishResult> BeginAsync(Transaction transaction, string id, Func<Agent, string?> refuse, Func<Agent, Task<string?>> begin)
    {
        if (await AgentStore.LockAsync(transaction, id) is not { } agent)
        {
            return new WishResult(WishOutcome.NotFound, Reason: $"There is no agent '{id}'.");
        }

        if (await OperationStore.FindUnfinishedAsync(transaction, id) is { } running)
        {
            return new WishResult(WishOutcome.Refused, agent, $"Agent {id}: '{running.Plan}' is under way ({running.Id}); try again when it has ended.");
        }

        if (refuse(agent) is { } refusal)
        {
            return new WishResult(WishOutcome.Refused, agent, $"Agent {id}: {refusal}.");
        }

        return await begin(agent) is { } operation
            ? new WishResult(WishOutcome.Accepted, await store.UpdateAsync(transaction, agent with { OperationId = operation }))
            : new WishResult(WishOutcome.Refused, agent, $"Agent {id}: an operation is under way; try again when it has ended.");
    }
}
