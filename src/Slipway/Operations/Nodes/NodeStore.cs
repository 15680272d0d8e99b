using System.Data.Common;
using Dapper;
using Slipway.Storage;

namespace Slipway.Operations.Nodes;

/// <summary>A row of <c>nodes</c>.</summary>
internal sealed record NodeRow
{
    public required string Id { get; init; }

    public required string Process { get; init; }

    public long Beats { get; init; }
}

/// <summary>The SQL of the nodes: joining, living, and taking over what the dead carried.</summary>
internal sealed class NodeStore(Database database, TimeProvider time)
{
    /// <summary>Begins a life and ends the last one, of which nothing can be written any more.</summary>
    public Task JoinAsync(Life life, string process, string? last) => database.WriteAsync(async transaction =>
    {
        await transaction.ExecuteAsync("DELETE FROM nodes WHERE id = @last", new { last });
        await transaction.ExecuteAsync(
            "INSERT INTO nodes (id, process, beats, joined_at) VALUES (@Id, @process, 0, @now)", new { life.Id, process, now = time.GetUtcNow() });
        await TakeOverAsync(transaction);
    });

    /// <summary>Says that this node lives.</summary>
    /// <returns>All nodes; null when this one was taken for dead.</returns>
    public static async Task<IReadOnlyList<NodeRow>?> BeatAsync(DbConnection connection, string id) =>
        await connection.ExecuteAsync("UPDATE nodes SET beats = beats + 1 WHERE id = @id", new { id }) == 0
            ? null
            : (await connection.QueryAsync<NodeRow>("SELECT id, process, beats FROM nodes")).AsList();

    /// <summary>Ends another node's life, if it has not said a word since, and takes over what it carried.</summary>
    /// <returns>How many operations; null when it lives, or another was faster.</returns>
    public Task<int?> BuryAsync(NodeRow dead) => database.WriteAsync(async transaction =>
    {
        if (await transaction.ExecuteAsync("DELETE FROM nodes WHERE id = @Id AND beats = @Beats", dead) == 0)
        {
            return (int?)null;
        }

        // The alarm clock judges by comparing clocks. Whatever they say, this one is dead, and its firings are free.
        await transaction.ExecuteAsync("UPDATE qrtz_scheduler_state SET last_checkin_time = 1 WHERE instance_name = @Process", dead);
        return await TakeOverAsync(transaction);
    });

    /// <summary>The orderly end: what is still carried is free, and the others hear of it.</summary>
    public Task LeaveAsync(string id) => database.WriteAsync(async transaction =>
    {
        await transaction.ExecuteAsync("DELETE FROM nodes WHERE id = @id", new { id });
        await TakeOverAsync(transaction);
    });

    /// <summary>
    /// Frees what is carried by no living node, and has the living look at all of it: what was watched in memory is watched by nobody now. The epoch goes
    /// up, so that one who was taken for dead writes nothing.
    /// </summary>
    private async Task<int> TakeOverAsync(Transaction transaction)
    {
        var freed = await transaction.ExecuteAsync(
            """
            UPDATE operations SET epoch = epoch + 1, due_at = @now, lease_until = NULL, lease_by = NULL
            WHERE result IS NULL AND lease_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = operations.lease_by)
            """,
            new { now = time.GetUtcNow() });
        if (freed > 0)
        {
            await transaction.NotifyAsync(NodeMessage.Due);
        }

        return freed;
    }
}
