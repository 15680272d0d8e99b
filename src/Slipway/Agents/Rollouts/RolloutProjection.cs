using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Agents.Rollouts;

/// <summary>What an operation's end means for roll-outs: that of an update is written down, and any end of an agent's wakes those that wait for it.</summary>
internal sealed class RolloutProjection(RolloutStore store, OperationWaker waker) : IOperationProjection
{
    public async Task FinishedAsync(Transaction transaction, Operation operation)
    {
        switch (operation)
        {
            case { Plan: RolloutPlan.Name }:
                await store.EndAsync(transaction, operation.Id, StatusOf(operation), operation.Error);
                return;
            case { Plan: MachinePlans.Update }:
                // One that is destroyed meanwhile says nothing about the version.
                var (status, note) = operation switch
                {
                    { Result: OperationResult.Succeeded } => (RolloutAgentStatus.Updated, null),
                    { CancelReason: { } reason } => (RolloutAgentStatus.Skipped, reason),
                    _ => (RolloutAgentStatus.PutBack, operation.Error),
                };
                await store.EndAsync(transaction, operation.Id, status, note);
                break;
        }

        foreach (var rollout in await RolloutStore.ListWaitingAsync(transaction, operation.Subject))
        {
            await waker.WakeAsync(transaction, rollout);
        }
    }

    private static RolloutStatus StatusOf(Operation operation) => operation switch
    {
        { Result: OperationResult.Succeeded } => RolloutStatus.Succeeded,
        { CancelReason: not null } => RolloutStatus.Cancelled,
        _ => RolloutStatus.Failed,
    };
}
