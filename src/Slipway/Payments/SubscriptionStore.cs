using Slipway.Agents;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>A row of <c>subscriptions</c>: what is known of one, as of the last look.</summary>
internal sealed record SubscriptionRow
{
    public required string Id { get; init; }

    public string? AgentId { get; init; }

    /// <summary><see cref="SubscriptionStore.Live"/> or <see cref="SubscriptionStore.Ended"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Stripe's own word for it.</summary>
    public string? StripeStatus { get; init; }

    /// <summary>What it asked of its agent; null before the first look.</summary>
    public Wanted? Wanted { get; init; }

    public PaymentNotice? Notice { get; init; }

    public long Hints { get; init; }

    public long HintsSeen { get; init; }

    public DateTimeOffset? LookAt { get; init; }

    public long Suspended { get; init; }

    /// <summary>When its agent was given up for good, with its secrets erased; null unless it was.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>The dispute about a payment for it that is not decided for us.</summary>
    public string? Dispute { get; init; }
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

    public static async Task<IReadOnlySet<string>> ListSeenAsync(Database database, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        (await database.QueryAsync<string>(
            $"SELECT id FROM stripe_events WHERE id {database.Dialect.In("@ids")}", new { ids = ids.ToArray() }, cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Notes that something happened to a subscription, known or not, and keeps its row locked.</summary>
    public static async Task<SubscriptionRow> HintAsync(Transaction transaction, string id, DateTimeOffset now) =>
        (await transaction.FirstOrDefaultAsync<SubscriptionRow>(
            """
            INSERT INTO subscriptions (id, status, updated_at, hints) VALUES (@id, 'live', @now, 1)
            ON CONFLICT (id) DO UPDATE SET hints = subscriptions.hints + 1
            RETURNING *
            """,
            new { id, now }))!;

    /// <summary>Reads a row for change: on PostgreSQL it stays locked until the transaction ends.</summary>
    public static Task<SubscriptionRow?> LockAsync(Transaction transaction, string id) =>
        transaction.FirstOrDefaultAsync<SubscriptionRow>("UPDATE subscriptions SET hints = hints WHERE id = @id RETURNING *", new { id });

    /// <summary>Binds a subscription to an agent, unless either is bound already.</summary>
    /// <returns>The agent it pays for now.</returns>
    public static async Task<string?> AttachAsync(Transaction transaction, string id, string agentId, DateTimeOffset now)
    {
        await transaction.ExecuteAsync(
            """
            UPDATE subscriptions SET agent_id = @agentId, updated_at = @now
            WHERE id = @id AND agent_id IS NULL AND NOT EXISTS (SELECT 1 FROM subscriptions other WHERE other.agent_id = @agentId)
            """,
            new { id, agentId, now });
        return await transaction.FirstOrDefaultAsync<string>("SELECT agent_id FROM subscriptions WHERE id = @id", new { id });
    }

    /// <returns>The live subscription that pays for an agent, if one does.</returns>
    public static Task<SubscriptionRow?> FindLiveAsync(Transaction transaction, string agentId) =>
        transaction.FirstOrDefaultAsync<SubscriptionRow>("SELECT * FROM subscriptions WHERE agent_id = @agentId AND status = 'live'", new { agentId });

    /// <returns>The subscription that pays, or paid, for an agent.</returns>
    public static Task<SubscriptionRow?> FindAsync(Database database, string agentId, CancellationToken cancellationToken) =>
        database.FirstOrDefaultAsync<SubscriptionRow>("SELECT * FROM subscriptions WHERE agent_id = @agentId", new { agentId }, cancellationToken);

    /// <summary>Keeps what a look saw and what came of it.</summary>
    public static Task WriteLookAsync(Transaction transaction, SubscriptionRow row, string? customer, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        UPDATE subscriptions
        SET status = @Status, stripe_status = @StripeStatus, customer = COALESCE(@customer, customer), wanted = @wanted, notice = @notice,
            hints_seen = @HintsSeen, look_at = @LookAt, suspended = @Suspended, given_up_at = @GivenUpAt, looked_at = @now, updated_at = @now
        WHERE id = @Id
        """,
        new
        {
            row.Id,
            row.Status,
            row.StripeStatus,
            row.HintsSeen,
            row.LookAt,
            row.Suspended,
            row.GivenUpAt,
            customer,
            now,
            wanted = row.Wanted?.ToString(),
            notice = row.Notice?.ToString(),
        });

    /// <returns>False when nobody here knows the subscription, or nothing changed.</returns>
    public static async Task<bool> SetDisputeAsync(Transaction transaction, string id, string dispute) =>
        await transaction.ExecuteAsync("UPDATE subscriptions SET dispute = @dispute WHERE id = @id AND (dispute IS NULL OR dispute <> @dispute)", new { id, dispute }) == 1;

    /// <returns>False when it was not known to be disputed like that.</returns>
    public static async Task<bool> ClearDisputeAsync(Transaction transaction, string id, string dispute) =>
        await transaction.ExecuteAsync("UPDATE subscriptions SET dispute = NULL WHERE id = @id AND dispute = @dispute", new { id, dispute }) == 1;

    public static Task SetLookAtAsync(Transaction transaction, string id, DateTimeOffset lookAt) =>
        transaction.ExecuteAsync("UPDATE subscriptions SET look_at = @lookAt WHERE id = @id", new { id, lookAt });

    /// <summary>Those whose time has come, and live ones that were never looked at.</summary>
    public static Task<IReadOnlyList<string>> ListDueAsync(Database database, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<string>(
            """
            SELECT id FROM subscriptions s
            WHERE (look_at <= @now OR (looked_at IS NULL AND status = 'live'))
              AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.subject = s.id AND o.result IS NULL)
            ORDER BY look_at LIMIT @limit
            """,
            new { now, limit },
            cancellationToken);
}
