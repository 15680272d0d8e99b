using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>Says that what an operation waits for may have happened. The row knows first; the rest only hurries.</summary>
public sealed class OperationWaker(OperationStore store, OperationClock clock, OperationSignals signals, Membership membership, TimeProvider time)
{
    public async Task WakeAsync(Transaction transaction, string id)
    {
        if (await store.WakeAsync(transaction, id) is not { } woken)
        {
            return;
        }

        if (!membership.IsShared || woken.LeaseBy == membership.Id)
        {
            HurryHere(transaction, id);
        }
        else if (woken.LeaseBy is { } node)
        {
            await transaction.NotifyAsync(NodeMessage.Wake(node, id));
        }
        else
        {
            Hurry(transaction, id);
        }
    }

    /// <summary>Has a due operation that nobody carries carried on. Among nodes its alarm commits with it; alone, and if that is lost, the sweep finds it.</summary>
    internal void Hurry(Transaction transaction, string id)
    {
        if (membership.IsShared)
        {
            transaction.BeforeCommit(() => clock.ArmWithinAsync(transaction, id, time.GetUtcNow()));
        }
        else
        {
            HurryHere(transaction, id);
        }
    }

    private void HurryHere(Transaction transaction, string id) => transaction.AfterCommit(() =>
    {
        if (!signals.Wake(id))
        {
            _ = clock.ArmAsync(id, time.GetUtcNow());
        }
    });
}
