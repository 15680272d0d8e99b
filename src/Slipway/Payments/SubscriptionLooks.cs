using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Has a subscription looked at. Any number of hints during one look ask for one more.</summary>
public sealed class SubscriptionLooks(OperationDispatcher operations, OperationWaker waker, TimeProvider time)
{
    /// <summary>Something happened, or may have. The row remembers it, so that no hint is lost to a look that is just ending.</summary>
    public async Task HintAsync(Transaction transaction, string subscription)
    {
        // The row is locked from here on, so of two hints one starts the operation and the other finds it.
        var row = await SubscriptionStore.HintAsync(transaction, subscription, time.GetUtcNow());
        if (await OperationStore.FindUnfinishedAsync(transaction, subscription) is not { } running)
        {
            await StartAsync(transaction, row);
        }
        else if (running.WaitingFor is not null)
        {
            // What it waits for may be the very thing that happened.
            await waker.WakeAsync(transaction, running.Id);
        }
    }

    /// <summary>Somebody has the bank take a payment back, or the bank has decided. A look that is under way is told: days lie between the two.</summary>
    internal async Task DisputedAsync(Transaction transaction, string dispute)
    {
        if (await operations.StartAsync(transaction, PaymentPlans.Dispute, dispute, new DisputeState(), PaymentsJson.Default.DisputeState) is null
            && await OperationStore.FindUnfinishedAsync(transaction, dispute) is { } running)
        {
            await waker.WakeAsync(transaction, running.Id);
        }
    }

    internal Task<string?> StartAsync(Transaction transaction, SubscriptionRow row) => operations.StartAsync(
        transaction, PaymentPlans.Follow, row.Id, new FollowState { Hints = row.Hints, AgentId = row.AgentId, GivenUpAt = row.GivenUpAt, Dispute = row.Dispute }, PaymentsJson.Default.FollowState);

    internal Task<string?> EndAsync(Transaction transaction, string subscription, EndState end) =>
        operations.StartAsync(transaction, PaymentPlans.End, subscription, end, PaymentsJson.Default.EndState);
}
