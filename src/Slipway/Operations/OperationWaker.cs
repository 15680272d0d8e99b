using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>Says that what an operation waits for may have happened. The row knows first; the rest only hurries.</summary>
public sealed class OperationWaker(OperationStore store, OperationSignals signals, Membership membership)
{
    public async Task WakeAsync(Transaction transaction, string id)
    {
        if (await store.WakeAsync(transaction, id) is not { } woken)
        {
            return;
        }

        if (woken.LeaseBy is null)
        {
            await HurryAsync(transaction);
        }
        else if (!membership.IsShared || woken.LeaseBy == membership.Id)
        {
            transaction.AfterCommit(() =>
            {
                if (!signals.Wake(id))
                {
                    signals.SayDue();
                }
            });
        }
        else
        {
            await transaction.NotifyAsync(NodeMessage.Wake(woken.LeaseBy, id));
        }
    }

    /// <summary>Has somebody look for what is due, once it is committed. If that is lost, the sweep looks.</summary>
    internal async Task HurryAsync(Transaction transaction)
    {
        if (membership.IsShared)
        {
            // This node hears it as the others do, so that none has a start.
            await transaction.NotifyAsync(NodeMessage.Due);
        }
        else
        {
            transaction.AfterCommit(signals.SayDue);
        }
    }
}
