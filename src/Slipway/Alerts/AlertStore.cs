using Slipway.Alerts.Webhooks;
using Slipway.Storage;

namespace Slipway.Alerts;

/// <summary>The SQL of alerts. They are raised and resolved in the transaction of what they are about, and their webhook is written in it too.</summary>
public sealed class AlertStore(Database database, WebhookOutbox outbox, IdSource ids, TimeProvider time)
{
    /// <summary>Opens an alert, or counts once more in the one that is open for the same cause.</summary>
    public async Task<Alert> RaiseAsync(Transaction transaction, AlertReport report)
    {
        var alert = (await transaction.FirstOrDefaultAsync<Alert>(
            """
            INSERT INTO alerts (id, cause, severity, subject, what, what_to_do, proven_by_step, count, first_at, last_at)
            VALUES (@id, @Cause, @severity, @Subject, @What, @WhatToDo, @ProvenByStep, 1, @now, @now)
            ON CONFLICT (cause) WHERE resolved_at IS NULL DO UPDATE SET
              count = alerts.count + 1, last_at = excluded.last_at, what = excluded.what, what_to_do = excluded.what_to_do,
              proven_by_step = excluded.proven_by_step
            RETURNING *
            """,
            new
            {
                id = ids.Next("alt"),
                report.Cause,
                severity = report.Severity.ToString(),
                report.Subject,
                report.What,
                report.WhatToDo,
                report.ProvenByStep,
                now = time.GetUtcNow(),
            }))!;
        if (alert.Count == 1)
        {
            await outbox.WriteAsync(transaction, AlertEvent.Raised, alert);
        }

        return alert;
    }

    /// <summary>Closes the open alert of a cause, if there is one.</summary>
    public async Task ResolveAsync(Transaction transaction, string cause)
    {
        var resolved = await transaction.FirstOrDefaultAsync<Alert>(
            "UPDATE alerts SET resolved_at = @now WHERE cause = @cause AND resolved_at IS NULL RETURNING *", new { cause, now = time.GetUtcNow() });
        if (resolved is not null)
        {
            await outbox.WriteAsync(transaction, AlertEvent.Resolved, resolved);
        }
    }

    /// <summary>Notes who looks after an alert; the first to say so stays.</summary>
    /// <returns>The alert, or null when there is none of this id.</returns>
    public Task<Alert?> AcknowledgeAsync(Transaction transaction, string id, string who) => transaction.FirstOrDefaultAsync<Alert>(
        """
        UPDATE alerts SET acknowledged_by = COALESCE(acknowledged_by, @who), acknowledged_at = COALESCE(acknowledged_at, @now)
        WHERE id = @id
        RETURNING *
        """,
        new { id, who, now = time.GetUtcNow() });

    /// <summary>Open alerts, or the resolved too; the newest first.</summary>
    public Task<IReadOnlyList<Alert>> ListAsync(bool all, int limit, CancellationToken cancellationToken = default) => database.QueryAsync<Alert>(
        $"SELECT * FROM alerts {(all ? "" : "WHERE resolved_at IS NULL")} ORDER BY first_at DESC, id DESC LIMIT @limit", new { limit }, cancellationToken);

    public Task<Alert?> FindOpenAsync(string cause, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Alert>("SELECT * FROM alerts WHERE cause = @cause AND resolved_at IS NULL", new { cause }, cancellationToken);

    /// <summary>Deletes some of what was resolved before then.</summary>
    /// <returns>How many; fewer than <paramref name="limit"/> when no more are left.</returns>
    internal Task<int> PurgeAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE resolved_at < @before ORDER BY resolved_at LIMIT @limit)", new { before, limit }),
        cancellationToken);

    /// <summary>The open alerts that a step's success resolves.</summary>
    internal static Task<IReadOnlyList<Alert>> ListProvableAsync(Transaction transaction) =>
        transaction.QueryAsync<Alert>("SELECT * FROM alerts WHERE resolved_at IS NULL AND proven_by_step IS NOT NULL");
}
