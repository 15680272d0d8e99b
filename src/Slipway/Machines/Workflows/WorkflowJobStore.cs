using Slipway.Storage;

namespace Slipway.Machines.Workflows;

/// <summary>The SQL of workflow jobs.</summary>
public sealed class WorkflowJobStore(Database database, TimeProvider time)
{
    /// <summary>How long a delivery is remembered: longer than one is believed.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>An operation's present job.</summary>
    public async Task<WorkflowJob> GetAsync(string operationId, CancellationToken cancellationToken = default) =>
        await database.FirstOrDefaultAsync<WorkflowJob>(
            "SELECT * FROM workflow_jobs WHERE operation_id = @operationId ORDER BY number DESC LIMIT 1", new { operationId }, cancellationToken)
        ?? throw new InvalidOperationException($"No workflow job is known for '{operationId}'.");

    internal Task InsertAsync(Transaction transaction, WorkflowJob job) => transaction.ExecuteAsync(
        """
        INSERT INTO workflow_jobs (id, operation_id, subject, number, status, unsent_attempt, created_at, updated_at)
        VALUES (@Id, @OperationId, @Subject, @Number, @Status, @UnsentAttempt, @now, @now)
        """,
        new { job.Id, job.OperationId, job.Subject, job.Number, job.Status, job.UnsentAttempt, now = time.GetUtcNow() });

    /// <summary>A job, held until the transaction ends: what two reports make of it comes one after the other.</summary>
    internal Task<WorkflowJob?> LockAsync(Transaction transaction, string id) => transaction.FirstOrDefaultAsync<WorkflowJob>(
        "UPDATE workflow_jobs SET updated_at = @now WHERE id = @id RETURNING *", new { id, now = time.GetUtcNow() });

    internal static Task UpdateAsync(Transaction transaction, WorkflowJob job) => transaction.ExecuteAsync(
        """
        UPDATE workflow_jobs SET status = @Status, run_id = @RunId, auth_key_id = @AuthKeyId, server_id = @ServerId, failed_step = @FailedStep, error = @Error,
          claimed_at = @ClaimedAt, ordered_at = @OrderedAt
        WHERE id = @Id
        """,
        job);

    /// <summary>Notes that a run may be on its way, and which, if GitHub said so. A run that has claimed the job meanwhile keeps it.</summary>
    internal static Task SetSentAsync(Transaction transaction, string id, long? runId) => transaction.ExecuteAsync(
        "UPDATE workflow_jobs SET unsent_attempt = NULL, run_id = COALESCE(run_id, @runId) WHERE id = @id", new { id, runId });

    internal static Task SetUnsentAsync(Transaction transaction, string id, long attempt) => transaction.ExecuteAsync(
        "UPDATE workflow_jobs SET unsent_attempt = @attempt WHERE id = @id", new { id, attempt });

    /// <summary>From here on no run gets anything for this operation.</summary>
    internal Task CloseAsync(Transaction transaction, string operationId) => transaction.ExecuteAsync(
        $"UPDATE workflow_jobs SET status = '{WorkflowJobStatus.Closed}', updated_at = @now WHERE operation_id = @operationId",
        new { operationId, now = time.GetUtcNow() });

    /// <returns>False when the delivery was heard before.</returns>
    internal async Task<bool> HearAsync(Transaction transaction, string delivery)
    {
        var now = time.GetUtcNow();
        await transaction.ExecuteAsync("DELETE FROM workflow_deliveries WHERE at < @before", new { before = now - Memory });
        return await transaction.ExecuteAsync("INSERT INTO workflow_deliveries (id, at) VALUES (@delivery, @now) ON CONFLICT DO NOTHING", new { delivery, now }) == 1;
    }
}
