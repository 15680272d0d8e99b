using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>The SQL of the engine. Every write names the epoch it holds; one that lost it changes nothing.</summary>
public sealed class OperationStore(Database database, Membership membership, TimeProvider time)
{
    /// <summary>Writes a new operation, unless the subject already has an unfinished one.</summary>
    /// <returns>False when it has: the unique index decides, not a look before.</returns>
    internal static async Task<bool> InsertAsync(Transaction transaction, Operation operation) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO operations (id, plan, subject, step, direction, state, attempt, due_at, epoch, wakes, deadline_at, created_at, step_started_at)
            VALUES (@Id, @Plan, @Subject, @Step, 'Forward', @State, 0, @DueAt, 0, 0, @DeadlineAt, @CreatedAt, @CreatedAt)
            ON CONFLICT DO NOTHING
            """,
            operation) == 1;

    /// <summary>Takes a due operation: raises its epoch, and already schedules the next try in case this one dies.</summary>
    internal Task<Operation?> ClaimAsync(string id)
    {
        var now = time.GetUtcNow();
        // What another living node runs is not taken by the clock: two clocks may differ by more than a lease.
        return database.WriteAsync(transaction => transaction.FirstOrDefaultAsync<Operation>(
            """
            UPDATE operations
            SET epoch = epoch + 1, attempt = attempt + 1, due_at = @lease, lease_until = @lease, lease_by = @node
            WHERE id = @id AND result IS NULL AND due_at <= @now
              AND (lease_until IS NULL OR lease_by IS NULL OR lease_by = @node OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = operations.lease_by))
              AND (@shared = 0 OR EXISTS (SELECT 1 FROM nodes n WHERE n.id = @node))
            RETURNING *
            """,
            new { id, now, lease = now + OperationsOptions.Lease, node = membership.Id, shared = membership.IsShared ? 1 : 0 }));
    }

    /// <summary>Takes what is due and in nobody's hands, the longest due first, as <see cref="ClaimAsync"/> does one. What another is just taking is passed over.</summary>
    internal Task<IReadOnlyList<Operation>> ClaimDueAsync(int limit)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(transaction => transaction.QueryAsync<Operation>(
            $"""
            UPDATE operations
            SET epoch = epoch + 1, attempt = attempt + 1, due_at = @lease, lease_until = @lease, lease_by = @node
            WHERE id IN (
                WITH due AS MATERIALIZED (
                    SELECT id FROM operations WHERE result IS NULL AND due_at <= @now AND lease_by IS NULL ORDER BY due_at LIMIT @limit {database.Dialect.SkipLocked})
                SELECT id FROM due)
              AND (@shared = 0 OR EXISTS (SELECT 1 FROM nodes n WHERE n.id = @node))
            RETURNING *
            """,
            new { now, limit, lease = now + OperationsOptions.Lease, node = membership.Id, shared = membership.IsShared ? 1 : 0 }));
    }

    /// <summary>Records what a step came to, with everything that belongs to it, if the claim still holds.</summary>
    /// <returns>The row as it is now, or null when another took the operation over and nothing was written.</returns>
    internal Task<Operation?> WriteAsync(Operation claimed, Transition change, Func<Transaction, Task>? also, Func<Transaction, Operation, Task> finished) =>
        database.WriteAsync(async transaction =>
        {
            var now = time.GetUtcNow();
            var lease = now + OperationsOptions.Lease;
            var row = await transaction.FirstOrDefaultAsync<Operation>(
                """
                UPDATE operations
                SET step = @Step, direction = @direction, state = @State, attempt = @attempt, waiting_for = @WaitingFor, error = @Error,
                    result = @result, finished_at = @finishedAt, step_started_at = @stepStartedAt, lease_until = @leaseUntil, lease_by = @leaseBy,
                    epoch = epoch + @claims,
                    due_at = CASE WHEN @waits = 1 AND wakes <> @Wakes THEN @now ELSE @dueAt END
                WHERE id = @Id AND epoch = @Epoch AND result IS NULL
                RETURNING *
                """,
                new
                {
                    claimed.Id,
                    claimed.Epoch,
                    claimed.Wakes,
                    change.Step,
                    change.State,
                    change.WaitingFor,
                    change.Error,
                    now,
                    direction = change.Direction.ToString(),
                    result = change.Result?.ToString(),
                    finishedAt = change.Result is null ? (DateTimeOffset?)null : now,
                    stepStartedAt = change.NewStep ? now : claimed.StepStartedAt,
                    attempt = change.GoesOn ? 1 : change.Attempt,
                    claims = change.GoesOn ? 1 : 0,
                    waits = change.Due is null ? 0 : 1,
                    leaseUntil = change.GoesOn ? lease : (DateTimeOffset?)null,
                    leaseBy = change.GoesOn || change.IsHeld ? claimed.LeaseBy : null,
                    dueAt = change.Result is not null ? null : change.GoesOn ? lease : change.Due,
                });
            if (row is null)
            {
                return null;
            }

            await WriteTimelineAsync(transaction, claimed, change, now);
            if (also is not null)
            {
                await also(transaction);
            }

            if (row.Result is not null)
            {
                await finished(transaction, row);
            }

            return row;
        });

    /// <summary>Gives a claim back untouched, for a server that stops: whoever comes next goes on at once.</summary>
    internal Task ReleaseAsync(Operation claimed) => FreeAsync(
        "UPDATE operations SET due_at = @now, lease_until = NULL, lease_by = NULL, attempt = attempt - 1 WHERE id = @Id AND epoch = @Epoch AND result IS NULL",
        new { claimed.Id, claimed.Epoch, now = time.GetUtcNow() });

    /// <summary>Lets go of a wait held in memory, for a node that stops: another looks at it at once and holds it on. The only node's successor looks anyway.</summary>
    internal Task LetGoAsync(string id) => membership.IsShared
        ? FreeAsync("UPDATE operations SET due_at = @now, lease_by = NULL WHERE id = @id AND lease_by = @node AND lease_until IS NULL", new { id, node = membership.Id, now = time.GetUtcNow() })
        : Task.CompletedTask;

    /// <summary>The others hear of what was in our hands until now, and of nothing else.</summary>
    private Task FreeAsync(string sql, object parameters) => database.WriteAsync(async transaction =>
    {
        if (await transaction.ExecuteAsync(sql, parameters) > 0)
        {
            await transaction.NotifyAsync(NodeMessage.Due);
        }
    });

    /// <summary>
    /// At the start of the only node: whoever held a lease is dead, so nobody waits for it to run out. A wait that was held in memory is looked at too,
    /// because what the dead process watched for it is watched by nobody now.
    /// </summary>
    internal async Task TakeOverLeasesAsync(CancellationToken cancellationToken)
    {
        if (database.IsSingleNode)
        {
            await database.WriteAsync(
                transaction => transaction.ExecuteAsync(
                    "UPDATE operations SET due_at = @now, lease_until = NULL, lease_by = NULL WHERE result IS NULL AND (lease_until IS NOT NULL OR lease_by IS NOT NULL)",
                    new { now = time.GetUtcNow() }),
                cancellationToken);
        }
    }

    /// <summary>Makes an operation due now, unless a step of it runs: then its next wait will not hold.</summary>
    /// <returns>The row as it is now; null when there is no such unfinished operation.</returns>
    internal Task<Operation?> WakeAsync(Transaction transaction, string id) =>
        transaction.FirstOrDefaultAsync<Operation>(
            """
            UPDATE operations
            SET wakes = wakes + 1, due_at = CASE WHEN lease_until > @now THEN due_at ELSE @now END
            WHERE id = @id AND result IS NULL
            RETURNING *
            """,
            new { id, now = time.GetUtcNow() });

    /// <summary>Writes the wish to cancel on the row; the runner reads it before the next step.</summary>
    internal static async Task<bool> CancelAsync(Transaction transaction, string id, string reason) =>
        await transaction.ExecuteAsync(
            "UPDATE operations SET cancel_reason = @reason WHERE id = @id AND result IS NULL AND cancel_reason IS NULL",
            new { id, reason }) == 1;

    public Task<Operation?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Operation>("SELECT * FROM operations WHERE id = @id", new { id }, cancellationToken);

    public static Task<Operation?> FindUnfinishedAsync(Transaction transaction, string subject) =>
        transaction.FirstOrDefaultAsync<Operation>("SELECT * FROM operations WHERE subject = @subject AND result IS NULL", new { subject });

    /// <summary>Whether anything ever went well for a subject.</summary>
    public static async Task<bool> AnySucceededAsync(Transaction transaction, string subject) =>
        await transaction.FirstOrDefaultAsync<long?>("SELECT 1 FROM operations WHERE subject = @subject AND result = 'Succeeded' LIMIT 1", new { subject }) is not null;

    /// <summary>Whether a plan ever went well for a subject.</summary>
    internal static async Task<bool> AnySucceededAsync(Transaction transaction, string subject, string plan) =>
        await transaction.FirstOrDefaultAsync<long?>(
            "SELECT 1 FROM operations WHERE subject = @subject AND plan = @plan AND result = 'Succeeded' LIMIT 1", new { subject, plan }) is not null;

    public Task<IReadOnlyList<Operation>> ListAsync(string? subject, int limit, CancellationToken cancellationToken = default) =>
        database.QueryAsync<Operation>(
            """
            SELECT * FROM operations WHERE CAST(@subject AS TEXT) IS NULL OR subject = @subject
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """,
            new { subject, limit },
            cancellationToken);

    /// <summary>Which of these subjects have an operation under way.</summary>
    public Task<IReadOnlyList<string>> ListBusyAsync(IReadOnlyList<string> subjects, CancellationToken cancellationToken = default) =>
        database.QueryAsync<string>(
            $"SELECT subject FROM operations WHERE result IS NULL AND subject {database.Dialect.In("@subjects")}",
            new { subjects = subjects.ToArray() },
            cancellationToken);

    internal Task<IReadOnlyList<Operation>> ListUnfinishedAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Operation>("SELECT * FROM operations WHERE result IS NULL ORDER BY due_at", cancellationToken: cancellationToken);

    /// <summary>What nothing will ring for although it is in nobody's hands, or should be in ours: by then due, or all.</summary>
    internal Task<IReadOnlyList<Operation>> ListWithoutAlarmAsync(DateTimeOffset? dueBefore, CancellationToken cancellationToken) =>
        database.QueryAsync<Operation>(
            $"""
            SELECT o.* FROM operations o
            WHERE o.result IS NULL AND o.due_at <= @dueBefore AND {database.Dialect.HasNoAlarm}
              AND (o.lease_by IS NULL OR o.lease_by = @node OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = o.lease_by))
            ORDER BY o.due_at
            """,
            new { dueBefore = dueBefore?.ToUnixTimeMilliseconds() ?? long.MaxValue, node = membership.Id },
            cancellationToken);

    public Task<IReadOnlyList<TimelineEntry>> ReadTimelineAsync(string id, long after = 0, CancellationToken cancellationToken = default) =>
        database.QueryAsync<TimelineEntry>(
            "SELECT * FROM timeline WHERE operation_id = @id AND sequence > @after ORDER BY sequence", new { id, after }, cancellationToken);

    /// <summary>Whether anything is due since then and in nobody's hands.</summary>
    internal async Task<bool> AnyDueSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        await database.FirstOrDefaultAsync<long?>("SELECT 1 FROM operations WHERE result IS NULL AND due_at <= @since LIMIT 1", new { since }, cancellationToken) is not null;

    /// <summary>When an operation last got a step done; null when it never did.</summary>
    internal static async Task<DateTimeOffset?> LastCompletionAsync(Transaction transaction, string id, string step) =>
        (await transaction.FirstOrDefaultAsync<TimelineEntry>(
            "SELECT * FROM timeline WHERE operation_id = @id AND step = @step AND kind IN ('done', 'undone') ORDER BY sequence DESC LIMIT 1", new { id, step }))?.At;

    /// <summary>How long a step took in the latest operations of a plan that got it done.</summary>
    internal Task<IReadOnlyList<long>> ListDurationsAsync(string plan, string step, string kind, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<long>(
            """
            SELECT t.duration_ms FROM timeline t JOIN operations o ON o.id = t.operation_id
            WHERE t.step = @step AND t.duration_ms IS NOT NULL AND t.kind = @kind AND o.plan = @plan
            ORDER BY t.at DESC LIMIT @limit
            """,
            new { plan, step, kind, limit },
            cancellationToken);

    private static async Task WriteTimelineAsync(Transaction transaction, Operation claimed, Transition change, DateTimeOffset now)
    {
        // A wait that is renewed for the same reason, or a step that fails the same way again, is not news.
        var last = change.Kind == "waiting" || claimed.Direction == Direction.Undoing ? claimed.WaitingFor : claimed.Error;
        if (change.Due is not null && change.Message == last)
        {
            return;
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO timeline (operation_id, sequence, at, step, kind, message, duration_ms)
            SELECT @Id, COALESCE(MAX(sequence), 0) + 1, @now, @TimelineStep, @Kind, @Message, @duration FROM timeline WHERE operation_id = @Id
            """,
            new
            {
                claimed.Id,
                change.TimelineStep,
                change.Kind,
                change.Message,
                now,
                duration = change.NewStep ? (long?)(now - claimed.StepStartedAt).TotalMilliseconds : null,
            });
    }
}
