using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>The SQL of agents.</summary>
public sealed class AgentStore(Database database, TimeProvider time)
{
    internal static Task InsertAsync(Transaction transaction, Agent agent) => transaction.ExecuteAsync(
        """
        INSERT INTO agents (id, name, blueprint_name, blueprint_digest, location, status, wanted, created_at, updated_at)
        VALUES (@Id, @Name, @BlueprintName, @BlueprintDigest, @Location, 'Draft', 'Nothing', @CreatedAt, @CreatedAt)
        """,
        agent);

    /// <summary>Writes what can change of an order.</summary>
    internal static Task ReviseAsync(Transaction transaction, Agent agent) => transaction.ExecuteAsync(
        "UPDATE agents SET blueprint_digest = @BlueprintDigest, location = @Location, updated_at = @UpdatedAt WHERE id = @Id",
        new { agent.Id, agent.BlueprintDigest, agent.Location, agent.UpdatedAt });

    /// <summary>Writes what can change of an agent; call it inside the transaction that read it.</summary>
    internal async Task<Agent> UpdateAsync(Transaction transaction, Agent agent)
    {
        var updated = agent with { UpdatedAt = time.GetUtcNow() };
        await transaction.ExecuteAsync(
            """
            UPDATE agents SET status = @status, wanted = @wanted, operation_id = @OperationId, error = @Error, updated_at = @UpdatedAt,
              blueprint_digest = @BlueprintDigest, update_digest = @UpdateDigest
            WHERE id = @Id
            """,
            new { updated.Id, updated.OperationId, updated.Error, updated.UpdatedAt, updated.BlueprintDigest, updated.UpdateDigest, status = updated.Status.ToString(), wanted = updated.Wanted.ToString() });
        return updated;
    }

    /// <summary>Reads an agent for change: on PostgreSQL the row stays locked until the transaction ends.</summary>
    internal static async Task<Agent?> LockAsync(Transaction transaction, string id) =>
        await transaction.ExecuteAsync("UPDATE agents SET updated_at = updated_at WHERE id = @id", new { id }) == 0
            ? null
            : await transaction.FirstOrDefaultAsync<Agent>("SELECT * FROM agents WHERE id = @id", new { id });

    public Task<Agent?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Agent>("SELECT * FROM agents WHERE id = @id", new { id }, cancellationToken);

    /// <summary>Agents of a blueprint that run, are stopped, or are on their way; the oldest first.</summary>
    public Task<IReadOnlyList<Agent>> ListOfBlueprintAsync(string blueprint, CancellationToken cancellationToken = default) => database.QueryAsync<Agent>(
        """
        SELECT * FROM agents
        WHERE blueprint_name = @blueprint AND (status IN ('Active', 'Paused') OR (status = 'Draft' AND wanted = 'Running'))
        ORDER BY created_at, id
        """,
        new { blueprint },
        cancellationToken);

    public Task<IReadOnlyList<Agent>> ListAsync(int limit, CancellationToken cancellationToken = default) =>
        database.QueryAsync<Agent>("SELECT * FROM agents ORDER BY created_at DESC, id DESC LIMIT @limit", new { limit }, cancellationToken);
}
