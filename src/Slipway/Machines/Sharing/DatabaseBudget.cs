using Slipway.Hetzner;
using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Machines.Sharing;

/// <summary>The Hetzner project's budget as rows all nodes share. Time is the database's: a node's clock may be wrong.</summary>
/// <param name="database">PostgreSQL.</param>
/// <param name="membership">Who asks.</param>
/// <param name="clock">A test's clock; the database's when null.</param>
internal sealed class DatabaseBudget(Database database, Membership membership, TimeProvider? clock = null) : SharedRequestBudget
{
    private const string Id = "hetzner";

    public override Task<RequestGrant> ExchangeAsync(RequestDemand demand, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = clock?.GetUtcNow() ?? await DatabaseTimeAsync(transaction);
            var ledger = await ReadAsync(transaction, now);
            var (next, grant) = ledger.Exchange(membership.Id, demand, now);
            await WriteAsync(transaction, next);
            return grant;
        },
        cancellationToken);

    private static async Task<DateTimeOffset> DatabaseTimeAsync(Transaction transaction) => DateTimeOffset.FromUnixTimeMilliseconds(
        await transaction.FirstOrDefaultAsync<long>("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"));

    /// <summary>Reads it for this transaction alone; the others wait their turn.</summary>
    private static async Task<BudgetLedger> ReadAsync(Transaction transaction, DateTimeOffset now)
    {
        var unknown = BudgetLedger.Unknown(now);
        await transaction.ExecuteAsync(
            "INSERT INTO request_budget (id, tokens, per_hour, as_of) VALUES (@Id, @Tokens, @PerHour, @AsOf) ON CONFLICT (id) DO NOTHING",
            new { Id, unknown.Tokens, unknown.PerHour, unknown.AsOf });
        var row = (await transaction.FirstOrDefaultAsync<Row>("SELECT tokens, per_hour, as_of FROM request_budget WHERE id = @Id FOR UPDATE", new { Id }))!;
        return new BudgetLedger(row.Tokens, row.PerHour, row.AsOf, await transaction.QueryAsync<BudgetShare>("SELECT * FROM request_shares"));
    }

    private static async Task WriteAsync(Transaction transaction, BudgetLedger ledger)
    {
        var mine = ledger.Shares[^1];
        await transaction.ExecuteAsync(
            "UPDATE request_budget SET tokens = @Tokens, per_hour = @PerHour, as_of = @AsOf WHERE id = @Id", new { Id, ledger.Tokens, ledger.PerHour, ledger.AsOf });
        await transaction.ExecuteAsync(
            """
            INSERT INTO request_shares (node, held, destroys, creates, reads, lists, seen_at, seen_before, spendable)
            VALUES (@Node, @Held, @Destroys, @Creates, @Reads, @Lists, @SeenAt, @SeenBefore, @Spendable)
            ON CONFLICT (node) DO UPDATE SET held = excluded.held, destroys = excluded.destroys, creates = excluded.creates,
              reads = excluded.reads, lists = excluded.lists, seen_at = excluded.seen_at,
              seen_before = excluded.seen_before, spendable = excluded.spendable
            """,
            mine);
        await transaction.ExecuteAsync("DELETE FROM request_shares WHERE seen_at <= @forgotten", new { forgotten = ledger.AsOf - BudgetLedger.Forgotten });
    }

    private sealed record Row
    {
        public double Tokens { get; init; }

        public int PerHour { get; init; }

        public DateTimeOffset AsOf { get; init; }
    }
}
