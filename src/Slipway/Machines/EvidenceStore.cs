using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>A row of <c>evidence</c>: what a machine said before it was taken away.</summary>
public sealed record Evidence
{
    public required string OperationId { get; init; }

    public DateTimeOffset At { get; init; }

    public required string Text { get; init; }
}

/// <summary>The SQL of evidence: one text for each operation that turned round.</summary>
public sealed class EvidenceStore(Database database, TimeProvider time)
{
    public Task<Evidence?> FindAsync(string operationId, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Evidence>("SELECT * FROM evidence WHERE operation_id = @operationId", new { operationId }, cancellationToken);

    /// <summary>Keeps the first text; a step that runs again after a crash adds nothing.</summary>
    internal Task KeepAsync(Transaction transaction, string operationId, string text) => transaction.ExecuteAsync(
        "INSERT INTO evidence (operation_id, at, text) VALUES (@operationId, @now, @text) ON CONFLICT (operation_id) DO NOTHING",
        new { operationId, text, now = time.GetUtcNow() });
}
