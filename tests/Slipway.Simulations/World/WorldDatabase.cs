using System.Data.Common;
using Slipway.Blueprints;
using Slipway.Storage;

namespace Slipway.Simulations;

/// <summary>Where worlds get a migrated database of their own from.</summary>
internal abstract class WorldDatabase : IDisposable
{
    public abstract bool IsPostgres { get; }

    public abstract string Open();

    public abstract void Close(string address);

    /// <summary>A connection for a node, whose own source this is.</summary>
    public abstract ValueTask<DbConnection> ConnectAsync(string address, DbDataSource own);

    public abstract void Dispose();

    protected static async Task MigrateAsync(string address)
    {
        await using var database = new Database(new StorageOptions { Database = address });
        await new Migrator(database, TimeProvider.System).MigrateAsync();
        foreach (var blueprint in (Blueprint[])[Fixtures.Blueprint, Fixtures.WorkflowBlueprint])
        {
            await database.WriteAsync(t => new BlueprintStore(database, TimeProvider.System).KeepAsync(t, blueprint));
        }
    }
}

/// <summary>SQLite files in memory: a world's commits are real, and cost no disk.</summary>
internal sealed class SqliteDatabases : WorldDatabase
{
    private readonly string _directory;
    private readonly string _template;
    private int _last;

    public SqliteDatabases()
    {
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _directory = Directory.CreateDirectory(Path.Combine(memory, "slipway-simulations-" + Environment.ProcessId + "-" + Path.GetRandomFileName())).FullName;
        _template = Path.Combine(_directory, "template.db");
        MigrateAsync(_template).GetAwaiter().GetResult();
    }

    public override bool IsPostgres => false;

    public override string Open()
    {
        var path = Path.Combine(_directory, $"{Interlocked.Increment(ref _last)}.db");
        File.Copy(_template, path);
        return path;
    }

    /// <summary>The source sets what it sets only in this way, and does all of it at once.</summary>
    public override ValueTask<DbConnection> ConnectAsync(string address, DbDataSource own) => own.OpenConnectionAsync(CancellationToken.None);

    public override void Close(string address)
    {
        foreach (var file in Directory.GetFiles(_directory, Path.GetFileName(address) + "*"))
        {
            File.Delete(file);
        }
    }

    public override void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}
