using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>The SQL of what is given back.</summary>
internal static class RefundStore
{
    /// <summary>How often Stripe has refused for certain to give an invoice's payment back.</summary>
    public static async Task<long> CountRefusalsAsync(Database database, string invoice, CancellationToken cancellationToken) =>
        await database.FirstOrDefaultAsync<long?>("SELECT refusals FROM refunds WHERE invoice = @invoice", new { invoice }, cancellationToken) ?? 0;

    public static Task RefusedAsync(Transaction transaction, string invoice, string subscription, string agentId) => transaction.ExecuteAsync(
        """
        INSERT INTO refunds (invoice, subscription_id, agent_id, refusals) VALUES (@invoice, @subscription, @agentId, 1)
        ON CONFLICT (invoice) DO UPDATE SET refusals = refunds.refusals + 1
        """,
        new { invoice, subscription, agentId });

    public static Task DoneAsync(Transaction transaction, string invoice, string subscription, string agentId, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        INSERT INTO refunds (invoice, subscription_id, agent_id, refusals, done_at) VALUES (@invoice, @subscription, @agentId, 0, @now)
        ON CONFLICT (invoice) DO UPDATE SET done_at = @now
        """,
        new { invoice, subscription, agentId, now });

    /// <returns>The first of these invoices that was not given back.</returns>
    public static async Task<string?> FindOwedAsync(Transaction transaction, IReadOnlyList<string> invoices)
    {
        foreach (var invoice in invoices)
        {
            if (await transaction.FirstOrDefaultAsync<long?>("SELECT 1 FROM refunds WHERE invoice = @invoice AND done_at IS NOT NULL", new { invoice }) is null)
            {
                return invoice;
            }
        }

        return null;
    }
}
