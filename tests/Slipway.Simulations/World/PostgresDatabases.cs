using Slipway.Storage;
using Slipway.Tests.Storage;

namespace Slipway.Simulations;

/// <summary>A database for each thread on one server, emptied for every world.</summary>
internal sealed class PostgresDatabases(PostgresServer server) : WorldDatabase
{
    private readonly Stack<string> _free = [];
    private readonly List<string> _all = [];

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

    private static async Task EmptyAsync(string address)
    {
        await using var database = new Database(new StorageOptions { Database = address });
        await database.WriteAsync(t => t.ExecuteAsync(
            """
            DELETE FROM timeline; DELETE FROM evidence; DELETE FROM snapshots; DELETE FROM operations; DELETE FROM subscriptions; DELETE FROM machines; DELETE FROM agents;
            DELETE FROM secrets; DELETE FROM settings; DELETE FROM stripe_events; DELETE FROM audit; DELETE FROM alerts; DELETE FROM outbox;
            DELETE FROM quarantine; DELETE FROM drifts; UPDATE reconcile SET due_at = 0, claimed_until = 0, round = 0
            """));
    }
}
