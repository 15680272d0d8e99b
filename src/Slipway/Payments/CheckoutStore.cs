using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>A row of <c>checkouts</c>: an order a customer placed, and the Checkout session it is paid in.</summary>
internal sealed record CheckoutRow
{
    public required string AgentId { get; init; }

    public required string Price { get; init; }

    /// <summary>Null until Stripe's answer arrived.</summary>
    public string? Session { get; init; }

    public required string Status { get; init; }
}

/// <summary>The SQL of orders that customers place.</summary>
internal static class CheckoutStore
{
    public const string Open = "open";
    public const string Paid = "paid";
    public const string Erased = "erased";

    /// <returns>False when the form was sent in before.</returns>
    public static async Task<bool> AddAsync(Transaction transaction, string agentId, string formHash, string price, DateTimeOffset now) =>
        await transaction.ExecuteAsync(
            "INSERT INTO checkouts (agent_id, form_hash, price, status, created_at) VALUES (@agentId, @formHash, @price, 'open', @now) ON CONFLICT (form_hash) DO NOTHING",
            new { agentId, formHash, price, now }) == 1;

    public static Task<string?> FindAgentAsync(Transaction transaction, string formHash) =>
        transaction.FirstOrDefaultAsync<string>("SELECT agent_id FROM checkouts WHERE form_hash = @formHash", new { formHash });

    public static Task<CheckoutRow?> FindAsync(Database database, string agentId, CancellationToken cancellationToken) =>
        database.FirstOrDefaultAsync<CheckoutRow>("SELECT agent_id, price, session, status FROM checkouts WHERE agent_id = @agentId", new { agentId }, cancellationToken);

    /// <summary>The order that a session is for; one whose creation was never answered is known by the order alone.</summary>
    public static Task<string?> FindBySessionAsync(Transaction transaction, string session, string? agentId) => transaction.FirstOrDefaultAsync<string>(
        "SELECT agent_id FROM checkouts WHERE status = 'open' AND (session = @session OR (session IS NULL AND agent_id = @agentId))", new { session, agentId });

    /// <returns>False when the order is over by now.</returns>
    public static async Task<bool> SetSessionAsync(Transaction transaction, string agentId, string session) =>
        await transaction.ExecuteAsync("UPDATE checkouts SET session = @session WHERE agent_id = @agentId AND status = 'open'", new { agentId, session }) == 1;

    public static Task EndAsync(Transaction transaction, string agentId, string status) =>
        transaction.ExecuteAsync("UPDATE checkouts SET status = @status WHERE agent_id = @agentId AND status = 'open'", new { agentId, status });

    /// <returns>Which of the customer's links is good; null for an agent that was not ordered by a customer.</returns>
    public static Task<long?> FindLinkVersionAsync(Database database, string agentId, CancellationToken cancellationToken) =>
        database.FirstOrDefaultAsync<long?>("SELECT link_version FROM checkouts WHERE agent_id = @agentId", new { agentId }, cancellationToken);

    public static Task<long?> RaiseLinkVersionAsync(Transaction transaction, string agentId) =>
        transaction.FirstOrDefaultAsync<long?>("UPDATE checkouts SET link_version = link_version + 1 WHERE agent_id = @agentId RETURNING link_version", new { agentId });

    /// <summary>Ends an order whose session was completed, and whose payment failed after that.</summary>
    public static Task EraseAsync(Transaction transaction, string agentId) =>
        transaction.ExecuteAsync("UPDATE checkouts SET status = 'erased' WHERE agent_id = @agentId", new { agentId });

    public static Task<IReadOnlyList<CheckoutRow>> ListOpenAsync(Database database, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<CheckoutRow>(
            "SELECT agent_id, price, session, status FROM checkouts WHERE status = 'open' AND created_at < @before ORDER BY created_at LIMIT @limit",
            new { before, limit },
            cancellationToken);
}
