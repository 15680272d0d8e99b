using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>What an operation's end means for its agent, and whether what is wanted by now needs another one.</summary>
internal sealed class AgentProjection(AgentStore store, AgentLifecycle lifecycle) : IOperationProjection
{
    public async Task FinishedAsync(Transaction transaction, Operation operation)
    {
        if (await AgentStore.LockAsync(transaction, operation.Subject) is not { } agent)
        {
            return;
        }

        var after = After(agent, operation);
        if (after.Status == AgentStatus.Closed && operation.Plan != MachinePlans.Destroy && agent.Status != AgentStatus.Closed
            && await AgentLifecycle.HadSnapshotsAsync(transaction, agent.Id))
        {
            // Its machine is gone, copies of its disk may not be: a destroy sees to them, and only then it is at rest.
            await lifecycle.ConvergeAsync(transaction, await store.UpdateAsync(transaction, after with { Status = AgentStatus.Error }));
            return;
        }

        if (after.Status == AgentStatus.Closed)
        {
            await SecretStore.DeleteAllAsync(transaction, agent.Id);
        }

        var settled = await store.UpdateAsync(transaction, after);
        await lifecycle.SettledAsync(transaction, settled);
        await lifecycle.ConvergeAsync(transaction, settled);
    }

    private static Agent After(Agent agent, Operation operation) => (operation.Plan, operation.Result) switch
    {
        (MachinePlans.Provision or MachinePlans.Replace or MachinePlans.Start, OperationResult.Succeeded) => agent with { Status = AgentStatus.Active, Error = null },
        (MachinePlans.Provision or MachinePlans.Replace, _) when agent.Wanted == Wanted.Destroyed => agent with { Status = AgentStatus.Closed, Error = null },
        (MachinePlans.Provision, _) => agent with { Status = AgentStatus.Error, Error = operation.Error },
        // Also one that was stopped: there is nothing left of it that a start could start, and a retry makes it anew.
        (MachinePlans.Replace, _) => agent with { Status = AgentStatus.Error, Wanted = Wanted.Running, Error = operation.Error },
        (MachinePlans.Stop, OperationResult.Succeeded) => agent with { Status = AgentStatus.Paused, Error = null },
        // A stop or start that was taken back leaves the agent as it was, and the wish with it: otherwise it would be tried for ever.
        (MachinePlans.Stop, _) => agent with { Status = AgentStatus.Active, Wanted = Unless(agent, Wanted.Running), Error = operation.Error },
        (MachinePlans.Start, _) => agent with { Status = AgentStatus.Paused, Wanted = Unless(agent, Wanted.Stopped), Error = operation.Error },
        (MachinePlans.Destroy, _) => agent with { Status = AgentStatus.Closed, Error = null },
        // What a repair could not mend is still as paid for; the alert about it stays open.
        (MachinePlans.Repair, var result) => agent with { Error = result == OperationResult.Succeeded ? null : operation.Error },
        // What was taken back leaves the agent as it was.
        (MachinePlans.ChangeSecrets, var result) => agent with { Error = result == OperationResult.Succeeded ? null : operation.Error },
        (MachinePlans.Resize, var result) => agent with { Error = result == OperationResult.Succeeded ? null : operation.Error },
        (MachinePlans.Snapshot or MachinePlans.DeleteSnapshot, not OperationResult.Succeeded) => agent with { Error = operation.Error },
        (MachinePlans.Rebuild, OperationResult.Succeeded) => agent with { Status = AgentStatus.Active, Error = null },
        (MachinePlans.Rebuild, _) when !MachineOutcome.IsGone(operation.State) => agent with { Error = operation.Error },
        (MachinePlans.Rebuild, _) when agent.Wanted == Wanted.Destroyed => agent with { Status = AgentStatus.Closed, Error = null },
        (MachinePlans.Rebuild, _) => agent with { Status = AgentStatus.Error, Wanted = Wanted.Running, Error = operation.Error },
        (MachinePlans.Update, OperationResult.Succeeded) => agent with { BlueprintDigest = agent.UpdateDigest!, UpdateDigest = null, Error = null },
        (MachinePlans.Update, _) => agent with { UpdateDigest = null, Error = operation.Error },
        _ => agent,
    };

    private static Wanted Unless(Agent agent, Wanted wanted) => agent.Wanted == Wanted.Destroyed ? Wanted.Destroyed : wanted;
}
