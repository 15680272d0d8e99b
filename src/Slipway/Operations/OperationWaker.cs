using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>Says that what an operation waits for may have happened. The row knows first; the rest only hurries.</summary>
public sealed class OperationWaker(OperationStore store, OperationClock clock, OperationSignals signals, TimeProvider time)
{
    public async Task WakeAsync(Transaction transaction, string id)
    {
        if (await store.WakeAsync(transaction, id))
        {
            Hurry(transaction, id);
        }
    }

    /// <summary>Has a due operation carried on after the commit; if that is lost, the sweep finds it.</summary>
    internal void Hurry(Transaction transaction, string id) => transaction.AfterCommit(() =>
    {
        if (!signals.Wake(id))
        {
            _ = clock.ArmAsync(id, time.GetUtcNow());
        }
    });
}
