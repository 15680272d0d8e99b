using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>The engine's door for other rooms: start, wake, wish to cancel. All of it inside the caller's transaction.</summary>
public sealed class OperationDispatcher(
    OperationStore store, PlanCatalog plans, OperationClock clock, OperationSignals signals, IdSource ids, TimeProvider time)
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

        transaction.AfterCommit(() => Hurry(operation.Id));
        return operation.Id;
    }

    /// <summary>Says that what an operation waits for may have happened.</summary>
    public async Task WakeAsync(Transaction transaction, string id)
    {
        if (await store.WakeAsync(transaction, id))
        {
            transaction.AfterCommit(() => Hurry(id));
        }
    }

    /// <summary>Writes the wish to cancel. A plan that can be cancelled turns round before its next step; others finish.</summary>
    public async Task CancelAsync(Transaction transaction, string id, string reason)
    {
        if (await OperationStore.CancelAsync(transaction, id, reason))
        {
            await WakeAsync(transaction, id);
        }
    }

    /// <summary>The row says it already; if this is lost, the sweep finds it.</summary>
    private void Hurry(string id)
    {
        if (!signals.Wake(id))
        {
            _ = clock.ArmAsync(id, time.GetUtcNow());
        }
    }
}
