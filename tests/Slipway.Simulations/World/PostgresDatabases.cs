using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
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
    private readonly ConcurrentDictionary<string, DbDataSource> _all = new(StringComparer.Ordinal);
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
        _all[made] = Dialect.For(new StorageOptions { Database = made }).CreateDataSource();
        return made;
    }

    /// <summary>Sessions are lent from world to world: a new one costs as much as all that a world asks of it. Opened here and now, on the world's thread.</summary>
    public override ValueTask<DbConnection> ConnectAsync(string address, DbDataSource own) => new(_all[address].OpenConnection());

    public override void Close(string address)
    {
        Empty(_all[address]);
        lock (_free)
        {
            _free.Push(address);
        }
    }

    public override void Dispose()
    {
        foreach (var (address, source) in _all)
        {
            source.Dispose();
            server.DropDatabaseAsync(address).GetAwaiter().GetResult();
        }

        _all.Clear();
    }

    private void Empty(DbDataSource source)
    {
        using var connection = source.OpenConnection();
        _emptying ??= string.Concat(connection.Query<string>(Tables).Select(table => $"DELETE FROM {table}; "));
        using var transaction = connection.BeginTransaction();
        // Whatever refers to whatever: all of it goes.
        connection.Execute(
            $"SET LOCAL session_replication_role = replica; {_emptying} UPDATE reconcile SET due_at = 0, claimed_until = 0, round = 0", transaction: transaction);
        transaction.Commit();
    }
}
