using Slipway.Storage;

namespace Slipway.Agents.Rollouts;

/// <summary>The SQL of roll-outs.</summary>
public sealed class RolloutStore(Database database, TimeProvider time)
{
    internal static Task InsertAsync(Transaction transaction, Rollout rollout) => transaction.ExecuteAsync(
        """
        INSERT INTO rollouts (id, blueprint_name, blueprint_digest, at_once, status, operation_id, created_at)
        VALUES (@Id, @BlueprintName, @BlueprintDigest, @AtOnce, 'Running', @OperationId, @CreatedAt)
        """,
        rollout);

    internal Task InsertAsync(Transaction transaction, RolloutAgent agent) => transaction.ExecuteAsync(
        """
        INSERT INTO rollout_agents (rollout_id, agent_id, position, from_digest, status, note, updated_at)
        VALUES (@RolloutId, @AgentId, @Position, @FromDigest, @status, @Note, @now)
        """,
        new { agent.RolloutId, agent.AgentId, agent.Position, agent.FromDigest, agent.Note, status = agent.Status.ToString(), now = time.GetUtcNow() });

    /// <summary>Writes what becomes of an agent whose turn it is.</summary>
    internal Task SetAsync(Transaction transaction, RolloutAgent agent) => transaction.ExecuteAsync(
        """
        UPDATE rollout_agents SET status = @status, operation_id = @OperationId, note = @Note, updated_at = @now
        WHERE rollout_id = @RolloutId AND agent_id = @AgentId
        """,
        new { agent.RolloutId, agent.AgentId, agent.OperationId, agent.Note, status = agent.Status.ToString(), now = time.GetUtcNow() });

    /// <summary>Writes how an agent's update ended, if it was one of a roll-out.</summary>
    internal Task EndAsync(Transaction transaction, string operation, RolloutAgentStatus status, string? note) => transaction.ExecuteAsync(
        "UPDATE rollout_agents SET status = @status, note = @note, updated_at = @now WHERE operation_id = @operation AND status = 'Updating'",
        new { operation, note, status = status.ToString(), now = time.GetUtcNow() });

    /// <summary>Ends a roll-out; what is not begun stays as it is.</summary>
    internal async Task EndAsync(Transaction transaction, string operation, RolloutStatus status, string? error)
    {
        var now = time.GetUtcNow();
        await transaction.ExecuteAsync(
            "UPDATE rollouts SET status = @status, error = @error, finished_at = @now WHERE operation_id = @operation", new { operation, error, status = status.ToString(), now });
        await transaction.ExecuteAsync(
            """
            UPDATE rollout_agents SET status = 'Kept', note = 'the roll-out ended before its turn', updated_at = @now
            WHERE status = 'Waiting' AND rollout_id = (SELECT id FROM rollouts WHERE operation_id = @operation)
            """,
            new { operation, now });
    }

    /// <summary>The operations of roll-outs under way that an agent takes part in.</summary>
    internal static Task<IReadOnlyList<string>> ListWaitingAsync(Transaction transaction, string agent) => transaction.QueryAsync<string>(
        """
        SELECT r.operation_id FROM rollout_agents a JOIN rollouts r ON r.id = a.rollout_id
        WHERE a.agent_id = @agent AND r.status = 'Running'
        """,
        new { agent });

    public Task<Rollout?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Rollout>("SELECT * FROM rollouts WHERE id = @id", new { id }, cancellationToken);

    public Task<IReadOnlyList<Rollout>> ListAsync(int limit, CancellationToken cancellationToken = default) =>
        database.QueryAsync<Rollout>("SELECT * FROM rollouts ORDER BY created_at DESC, id DESC LIMIT @limit", new { limit }, cancellationToken);

    /// <summary>All agents of a roll-out, in the order of their turns.</summary>
    public Task<IReadOnlyList<RolloutAgent>> ListAgentsAsync(string id, CancellationToken cancellationToken = default) =>
        database.QueryAsync<RolloutAgent>("SELECT * FROM rollout_agents WHERE rollout_id = @id ORDER BY position", new { id }, cancellationToken);
}
