using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>A row of <c>subscriptions</c>, as far as it decides something.</summary>
internal sealed record SubscriptionState
{
    public string? AgentId { get; init; }

    public required string Status { get; init; }
}

/// <summary>The SQL of payments: which events were seen, and which subscription pays for which agent.</summary>
internal static class SubscriptionStore
{
    public const string Live = "live";
    public const string Ended = "ended";

    /// <returns>False when the event was recorded before.</returns>
    public static async Task<bool> RecordEventAsync(Transaction transaction, string id, string type, DateTimeOffset now) =>
        await transaction.ExecuteAsync(
            "INSERT INTO stripe_events (id, type, received_at) VALUES (@id, @type, @now) ON CONFLICT (id) DO NOTHING",
            new { id, type, now }) == 1;

    /// <summary>Binds a subscription to an agent, unless either is bound already; an ended one stays ended.</summary>
    public static async Task<SubscriptionState> AttachAsync(Transaction transaction, string id, string agentId, string? customer, DateTimeOffset now)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO subscriptions (id, agent_id, customer, status, updated_at) VALUES (@id, @agentId, @customer, 'live', @now)
            ON CONFLICT DO NOTHING
            """,
            new { id, agentId, customer, now });
        await transaction.ExecuteAsync(
            """
            UPDATE subscriptions SET agent_id = @agentId, updated_at = @now
            WHERE id = @id AND agent_id IS NULL AND NOT EXISTS (SELECT 1 FROM subscriptions other WHERE other.agent_id = @agentId)
            """,
            new { id, agentId, now });
        return await transaction.FirstOrDefaultAsync<SubscriptionState>("SELECT agent_id, status FROM subscriptions WHERE id = @id", new { id })
            ?? new SubscriptionState { Status = Live };
    }

    /// <returns>The live subscription that pays for an agent, if one does.</returns>
    public static Task<string?> FindLiveAsync(Transaction transaction, string agentId) =>
        transaction.FirstOrDefaultAsync<string>("SELECT id FROM subscriptions WHERE agent_id = @agentId AND status = 'live'", new { agentId });

    /// <summary>Marks a subscription as ended, known or not.</summary>
    /// <returns>The agent it paid for, if any.</returns>
    public static async Task<string?> EndAsync(Transaction transaction, string id, string? customer, DateTimeOffset now)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO subscriptions (id, customer, status, updated_at) VALUES (@id, @customer, 'ended', @now)
            ON CONFLICT (id) DO UPDATE SET status = 'ended', updated_at = excluded.updated_at
            """,
            new { id, customer, now });
        return await transaction.FirstOrDefaultAsync<string>("SELECT agent_id FROM subscriptions WHERE id = @id", new { id });
    }
}
