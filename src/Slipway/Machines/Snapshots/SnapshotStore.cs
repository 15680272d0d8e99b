using Slipway.Blueprints;
using Slipway.Storage;

namespace Slipway.Machines.Snapshots;

/// <summary>How far a snapshot is.</summary>
public static class SnapshotStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
}

/// <summary>A row of <c>snapshots</c>: a copy of a machine's disk at Hetzner, with all that was on it.</summary>
public sealed record Snapshot
{
    /// <summary>The operation that makes it, which its label at Hetzner names too.</summary>
    public required string OperationId { get; init; }

    public required string Subject { get; init; }

    /// <summary>Hetzner's id of the image; null before it is known.</summary>
    public long? ImageId { get; init; }

    public required string Status { get; init; }

    public required string Description { get; init; }

    /// <summary>1 if it outlives its agent.</summary>
    public long Kept { get; init; }

    public long? SizeMb { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The SQL of snapshots.</summary>
public sealed class SnapshotStore(Database database, TimeProvider time)
{
    public Task<IReadOnlyList<Snapshot>> ListAsync(string subject, CancellationToken cancellationToken = default) => database.QueryAsync<Snapshot>(
        "SELECT * FROM snapshots WHERE subject = @subject ORDER BY created_at DESC, operation_id DESC", new { subject }, cancellationToken);

    public Task<Snapshot?> FindAsync(string operationId, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Snapshot>("SELECT * FROM snapshots WHERE operation_id = @operationId", new { operationId }, cancellationToken);

    internal Task<IReadOnlyList<long>> ListImagesAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<long>("SELECT image_id FROM snapshots WHERE image_id IS NOT NULL", cancellationToken: cancellationToken);

    internal Task RegisterAsync(Transaction transaction, string operationId, string subject, SnapshotOrder order) => transaction.ExecuteAsync(
        $"""
        INSERT INTO snapshots (operation_id, subject, status, description, kept, created_at)
        VALUES (@operationId, @subject, '{SnapshotStatus.Creating}', @Description, @kept, @now)
        """,
        new { operationId, subject, order.Description, kept = order.Kept ? 1 : 0, now = time.GetUtcNow() });

    internal static Task SetImageAsync(Transaction transaction, string operationId, long imageId) => transaction.ExecuteAsync(
        "UPDATE snapshots SET image_id = @imageId WHERE operation_id = @operationId", new { operationId, imageId });

    internal static Task SetAvailableAsync(Transaction transaction, string operationId, long? sizeMb) => transaction.ExecuteAsync(
        $"UPDATE snapshots SET status = '{SnapshotStatus.Available}', size_mb = @sizeMb WHERE operation_id = @operationId", new { operationId, sizeMb });

    internal static Task ForgetAsync(Transaction transaction, string operationId) =>
        transaction.ExecuteAsync("DELETE FROM snapshots WHERE operation_id = @operationId", new { operationId });

    internal static Task ForgetImageAsync(Transaction transaction, long imageId) =>
        transaction.ExecuteAsync("DELETE FROM snapshots WHERE image_id = @imageId", new { imageId });

    /// <summary>Those that go with their agent.</summary>
    internal static Task ForgetAllAsync(Transaction transaction, string subject) =>
        transaction.ExecuteAsync("DELETE FROM snapshots WHERE subject = @subject AND kept = 0", new { subject });
}
