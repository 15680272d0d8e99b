using Slipway.Storage;
using Slipway.Tests.Storage;

namespace Slipway.Simulations;

/// <summary>A database for each thread on one server, emptied for every world.</summary>
internal sealed class PostgresDatabases(PostgresServer server) : WorldDatabase
{
    /// <summary>All that worlds write to: what a new table holds would otherwise be there already in the next world.</summary>
    private const string Tables =
        """
        SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename NOT LIKE 'qrtz%' AND tablename NOT IN ('schema_versions', 'blueprints', 'reconcile')
        """;

    private readonly Stack<string> _free = [];
    private readonly List<string> _all = [];
    private string? _emptying;

    public override bool IsPostgres => true;

    public override string Open()
    {
        lock (_free)
        {
            if (_free.TryPop(out var address))
            {
                return address;
            }
        }

        var made = server.CreateDatabaseAsync().GetAwaiter().GetResult();
        MigrateAsync(made).GetAwaiter().GetResult();
        lock (_free)
        {
            _all.Add(made);
        }

        return made;
    }

    public override void Close(string address)
    {
        EmptyAsync(address).GetAwaiter().GetResult();
        lock (_free)
        {
            _free.Push(address);
        }
    }

    public override void Dispose()
    {
        _all.ForEach(address => server.DropDatabaseAsync(address).GetAwaiter().GetResult());
        _all.Clear();
    }

    private async Task EmptyAsync(string address)
    {
        await using var database = new Database(new StorageOptions { Database = address });
        _emptying ??= string.Concat((await database.QueryAsync<string>(Tables)).Select(table => $"DELETE FROM {table}; "));
        await database.WriteAsync(async transaction =>
        {
            // Whatever refers to whatever: all of it goes.
            await transaction.ExecuteAsync("SET LOCAL session_replication_role = replica");
            await transaction.ExecuteAsync(_emptying + "UPDATE reconcile SET due_at = 0, claimed_until = 0, round = 0");
        });
    }
}
