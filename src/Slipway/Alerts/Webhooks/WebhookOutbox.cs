using System.Text.Json;
using Slipway.Storage;

namespace Slipway.Alerts.Webhooks;

/// <summary>A row of <c>outbox</c>: one message, delivered once or given up after a day.</summary>
internal sealed record OutboxMessage
{
    /// <summary>The <c>webhook-id</c>, the same at every try: how a receiver knows one it has.</summary>
    public required string Id { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public long Attempt { get; init; }

    public DateTimeOffset? DueAt { get; init; }
}

/// <summary>The SQL of the outbox: what is to be told is written with what happened, and sent afterwards.</summary>
public sealed class WebhookOutbox(Database database, AlertsOptions options, IdSource ids, TimeProvider time)
{
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(1);

    private TaskCompletionSource _written = NewSignal();

    /// <summary>Completes when something was written here since it was asked for; take it before looking.</summary>
    internal Task NextAsync()
    {
        var signal = _written;
        if (signal.Task.IsCompleted)
        {
            signal = NewSignal();
            _written = signal;
        }

        return signal.Task;
    }

    internal async Task WriteAsync(Transaction transaction, string type, Alert alert)
    {
        if (options.WebhookUrl is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        var body = JsonSerializer.Serialize(new AlertEvent(type, now, AlertEventData.Of(alert)), AlertEventJson.Default.AlertEvent);
        await transaction.ExecuteAsync(
            "INSERT INTO outbox (id, body, created_at, attempt, due_at) VALUES (@id, @body, @now, 0, @now)", new { id = ids.Next("msg"), body, now });
        transaction.AfterCommit(() => _written.TrySetResult());
    }

    /// <summary>Takes the message that is due longest, and already schedules its next try: a crash loses nothing.</summary>
    internal Task<OutboxMessage?> ClaimAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            async transaction =>
            {
                var due = await transaction.FirstOrDefaultAsync<OutboxMessage>("SELECT * FROM outbox WHERE due_at <= @now ORDER BY due_at, id LIMIT 1", new { now });
                return due is null ? null : await transaction.FirstOrDefaultAsync<OutboxMessage>(
                    "UPDATE outbox SET attempt = attempt + 1, due_at = @next WHERE id = @Id AND attempt = @Attempt AND due_at IS NOT NULL RETURNING *",
                    new { due.Id, due.Attempt, next = now + (FirstPause * Math.Pow(2, due.Attempt)) });
            },
            cancellationToken);
    }

    internal Task DeliveredAsync(OutboxMessage message) => database.WriteAsync(transaction => transaction.ExecuteAsync(
        "UPDATE outbox SET due_at = NULL, delivered_at = @now, error = NULL WHERE id = @Id", new { message.Id, now = time.GetUtcNow() }));

    /// <summary>Keeps why a try failed.</summary>
    /// <returns>False when it was the last: the next would be more than a day after the message was written.</returns>
    internal async Task<bool> FailedAsync(OutboxMessage message, string error)
    {
        var goesOn = message.DueAt <= message.CreatedAt + GivenUpAfter;
        await database.WriteAsync(transaction => transaction.ExecuteAsync(
            "UPDATE outbox SET error = @error, due_at = CASE WHEN @goesOn = 1 THEN due_at ELSE NULL END WHERE id = @Id AND attempt = @Attempt AND delivered_at IS NULL",
            new { message.Id, message.Attempt, error, goesOn = goesOn ? 1 : 0 }));
        return goesOn;
    }

    /// <summary>Deletes some of the messages from before then that nobody sends any more.</summary>
    /// <returns>How many; fewer than <paramref name="limit"/> when no more are left.</returns>
    internal Task<int> PurgeAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE due_at IS NULL AND created_at < @before ORDER BY created_at LIMIT @limit)", new { before, limit }),
        cancellationToken);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
