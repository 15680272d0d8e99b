using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>The engine's door for other rooms: start, and wish to cancel. Both inside the caller's transaction.</summary>
public sealed class OperationDispatcher(
    PlanCatalog plans, OperationWaker waker, IdSource ids, TimeProvider time)
{
    /// <summary>Starts a plan for a subject, due at once.</summary>
    /// <returns>The operation's id, or null when the subject already has one under way.</returns>
    public async Task<string?> StartAsync<TInput>(Transaction transaction, string planName, string subject, TInput input, JsonTypeInfo<TInput> inputType)
    {
        var plan = plans.Get(planName);
        var now = time.GetUtcNow();
        var operation = new Operation
        {
            Id = ids.Next("op"),
            Plan = planName,
            Subject = subject,
            Step = plan.Steps[0],
            State = plan.Begin(subject, JsonSerializer.SerializeToElement(input, inputType)),
            DueAt = now,
            DeadlineAt = now + plan.Deadline,
            CreatedAt = now,
        };
        if (!await OperationStore.InsertAsync(transaction, operation))
        {
            return null;
        }

        await waker.HurryAsync(transaction);
        return operation.Id;
    }

    /// <summary>Writes the wish to cancel. A plan that can be cancelled turns round before its next step; others finish.</summary>
    public async Task CancelAsync(Transaction transaction, string id, string reason)
    {
        if (await OperationStore.CancelAsync(transaction, id, reason))
        {
            await waker.WakeAsync(transaction, id);
        }
    }
}
