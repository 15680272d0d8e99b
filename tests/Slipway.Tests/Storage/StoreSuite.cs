using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Tests.Blueprints;

namespace Slipway.Tests.Storage;

/// <summary>Where a suite's database comes from: the same tests run on an SQLite file and on PostgreSQL.</summary>
public interface ITestStore : IAsyncDisposable
{
    Task<string> CreateAsync();
}

public sealed class SqliteStore : ITestStore
{
    private readonly TemporaryDirectory _directory = new();

    public Task<string> CreateAsync() => Task.FromResult(_directory.File("slipway.db"));

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class PostgresStore(PostgresServer server) : ITestStore
{
    private string? _address;

    public async Task<string> CreateAsync() => _address = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_address is not null)
        {
            await server.DropDatabaseAsync(_address);
        }
    }
}

/// <summary>One set of tests; a sealed subclass for each database runs it. Every test has a database of its own.</summary>
public abstract class StoreSuite(ITestStore store) : IAsyncLifetime
{
    private protected ManualTimeProvider Time { get; } = new();

    /// <summary>A process that shares its database with nobody.</summary>
    private protected Membership Alone => field ??= new Membership(new IdSource(new Entropy()), Time);

    private protected Database Database { get; private set; } = null!;

    private protected StorageOptions Options { get; private set; } = null!;

    /// <summary>False for a suite that migrates by itself.</summary>
    private protected virtual bool Migrated => true;

    public virtual async Task InitializeAsync()
    {
        Options = new StorageOptions { Database = await store.CreateAsync() };
        Database = new Database(Options);
        if (Migrated)
        {
            await new Migrator(Database, Time).MigrateAsync();
        }
    }

    /// <summary>Ends what a test began, before its database is gone.</summary>
    protected virtual Task CleanUpAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await CleanUpAsync();
        await Database.DisposeAsync();
        await store.DisposeAsync();
    }

    private protected Task<long> CountAsync(string table) => CountAsync(Database, table);

    private protected static async Task<long> CountAsync(Database database, string table) =>
        await database.FirstOrDefaultAsync<long>($"SELECT COUNT(*) FROM {table}");

    /// <summary>Keeps the sample blueprint, which agents and machines refer to.</summary>
    private protected async Task<Blueprint> KeepBlueprintAsync()
    {
        var blueprint = SampleBlueprint.Parse();
        await Database.WriteAsync(transaction => new BlueprintStore(Database, Time).KeepAsync(transaction, blueprint));
        return blueprint;
    }

    private protected Operation NewOperation(string id = "op-1", string subject = "agt-1") => new()
    {
        Id = id,
        Plan = "plan",
        Subject = subject,
        Step = "first",
        State = """{"version":1,"state":{}}""",
        DueAt = Time.GetUtcNow(),
        DeadlineAt = Time.GetUtcNow() + TimeSpan.FromMinutes(30),
        CreatedAt = Time.GetUtcNow(),
    };
}
