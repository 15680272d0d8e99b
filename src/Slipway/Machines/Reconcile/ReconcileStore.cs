using Slipway.Storage;

namespace Slipway.Machines.Reconcile;

/// <summary>A row of <c>quarantine</c>: a resource that is ours and known to nobody, and since when.</summary>
internal sealed record QuarantineRow
{
    public required string Kind { get; init; }

    public required string ResourceId { get; init; }

    public required string Name { get; init; }

    public DateTimeOffset Since { get; init; }

    /// <summary>The round that put it there; only a later one removes it.</summary>
    public long FirstRound { get; init; }

    /// <summary>When its provider accepted the removal; it is not gone before it is seen gone.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}

/// <summary>A row of <c>drifts</c>: a machine that is not as its own row says.</summary>
internal sealed record DriftRow
{
    public required string Subject { get; init; }

    public required string Kinds { get; init; }

    public DateTimeOffset Since { get; init; }

    public long FirstRound { get; init; }

    /// <summary>The last operation that was to mend it.</summary>
    public string? OperationId { get; init; }

    public DateTimeOffset? RepairedAt { get; init; }
}

/// <summary>The SQL of reconciliation.</summary>
internal sealed class ReconcileStore(Database database, TimeProvider time)
{
    /// <summary>Longer than any round; only a server that died in one leaves it to run out.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromMinutes(10);

    /// <summary>Takes the round: one server at a time, whoever asks.</summary>
    /// <returns>Its number, or null when another is under way, or none is due.</returns>
    public Task<long?> ClaimAsync(bool onDemand, TimeSpan next, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            transaction => transaction.FirstOrDefaultAsync<long?>(
                """
                UPDATE reconcile SET claimed_until = @until, due_at = @next, round = round + 1
                WHERE id = 1 AND claimed_until <= @now AND (@onDemand = 1 OR due_at <= @now)
                RETURNING round
                """,
                new { now, until = now + Claim, next = now + next, onDemand = onDemand ? 1 : 0 }),
            cancellationToken);
    }

    public Task ReleaseAsync(long round) => database.WriteAsync(transaction => transaction.ExecuteAsync(
        "UPDATE reconcile SET claimed_until = 0 WHERE id = 1 AND round = @round", new { round }));

    /// <summary>The number a round would have.</summary>
    public async Task<long> NextRoundAsync(CancellationToken cancellationToken) =>
        await database.FirstOrDefaultAsync<long>("SELECT round + 1 FROM reconcile WHERE id = 1", cancellationToken: cancellationToken);

    public Task<IReadOnlyList<Machine>> ListMachinesAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Machine>("SELECT * FROM machines", cancellationToken: cancellationToken);

    public Task<IReadOnlyList<QuarantineRow>> ListQuarantinedAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<QuarantineRow>("SELECT * FROM quarantine", cancellationToken: cancellationToken);

    public Task<IReadOnlyList<DriftRow>> ListDriftsAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<DriftRow>("SELECT * FROM drifts", cancellationToken: cancellationToken);

    /// <summary>Begins a quarantine, or begins it anew.</summary>
    public static Task PutQuarantinedAsync(Transaction transaction, QuarantineRow row) => transaction.ExecuteAsync(
        """
        INSERT INTO quarantine (kind, resource_id, name, since, first_round) VALUES (@Kind, @ResourceId, @Name, @Since, @FirstRound)
        ON CONFLICT (kind, resource_id) DO UPDATE SET name = excluded.name, since = excluded.since, first_round = excluded.first_round, removed_at = NULL
        """,
        row);

    public static Task SetRemovedAsync(Transaction transaction, QuarantineRow row, DateTimeOffset at) => transaction.ExecuteAsync(
        "UPDATE quarantine SET removed_at = @at WHERE kind = @Kind AND resource_id = @ResourceId", new { row.Kind, row.ResourceId, at });

    public static Task DeleteQuarantinedAsync(Transaction transaction, QuarantineRow row) => transaction.ExecuteAsync(
        "DELETE FROM quarantine WHERE kind = @Kind AND resource_id = @ResourceId", new { row.Kind, row.ResourceId });

    /// <summary>Keeps a drift, and what was begun against it so far.</summary>
    public static Task PutDriftAsync(Transaction transaction, DriftRow row) => transaction.ExecuteAsync(
        """
        INSERT INTO drifts (subject, kinds, since, first_round, operation_id, repaired_at) VALUES (@Subject, @Kinds, @Since, @FirstRound, @OperationId, @RepairedAt)
        ON CONFLICT (subject) DO UPDATE SET kinds = excluded.kinds, since = excluded.since, first_round = excluded.first_round,
          operation_id = excluded.operation_id, repaired_at = excluded.repaired_at
        """,
        row);

    public static Task DeleteDriftAsync(Transaction transaction, string subject) =>
        transaction.ExecuteAsync("DELETE FROM drifts WHERE subject = @subject", new { subject });
}
