using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Slipway.Simulations;

/// <summary>Between a node and its database: every commit is an effect, and everything is done on the world's thread.</summary>
internal sealed class WatchedDataSource(DbDataSource inner, Node node) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => throw new NotSupportedException();

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        if (!node.IsAlive)
        {
            await Never.Of<bool>();
        }

        // The moment between deciding and writing, in which others write too. Never inside a transaction: that would hold up everybody.
        if (node is { OpenTransactions: 0, IsDesk: false } && node.World.Pause?.Invoke() is { } pause)
        {
            node.World.Note(node.Name, "pauses");
            await Task.Delay(pause, node.Time, CancellationToken.None);
        }

        var opened = await node.World.ConnectAsync(inner);
        return node.World.IsPostgres ? new NpgsqlConnection(opened, node) : new WatchedConnection(opened, node);
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Dapper knows by a connection's name that its database takes an array as one parameter.</summary>
    private sealed class NpgsqlConnection(DbConnection inner, Node node) : WatchedConnection(inner, node);
}

internal class WatchedConnection(DbConnection inner, Node node) : DbConnection
{
    /// <summary>What the transaction under way wrote first.</summary>
    public string? FirstWrite { get; private set; }

    /// <summary>The same for every world: Dapper keeps what it compiled by this.</summary>
    [AllowNull]
    public override string ConnectionString
    {
        get => "a world";
        set => throw new NotSupportedException();
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Open() => inner.Open();

    public override void Close() => inner.Close();

    public void Saw(string sql)
    {
        if (FirstWrite is null && !sql.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
        {
            FirstWrite = string.Join(' ', sql.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries).Take(3)).Replace("\n", " ", StringComparison.Ordinal);
        }
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        FirstWrite = null;
        node.OpenTransactions++;
        return new WatchedTransaction(this, inner.BeginTransaction(), node);
    }

    protected override DbCommand CreateDbCommand() => new WatchedCommand(inner.CreateCommand(), this, node.World);

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}

internal sealed class WatchedTransaction(WatchedConnection connection, DbTransaction inner, Node node) : DbTransaction
{
    private bool _ended;

    public DbTransaction Inner => inner;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection DbConnection => connection;

    public override void Commit()
    {
        inner.Commit();
        node.World.RowsChanged();
    }

    public override void Rollback() => inner.Rollback();

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        var trouble = node.IsAlive ? node.World.Strike(node, "commit " + (connection.FirstWrite ?? "nothing"), null) : Trouble.DieBefore;
        switch (trouble)
        {
            case Trouble.DieBefore:
                await DieAsync(inner.Rollback);
                break;
            case Trouble.DieAfter:
                await DieAsync(Commit);
                break;
            case Trouble.LoseAnswer:
                Commit();
                throw new LostConnectionException("The connection broke while the transaction was being committed.", null);
            case Trouble.Repeat:
                inner.Rollback();
                throw new LostConnectionException("Two transactions waited for each other.", "40P01");
            case Trouble.Hang:
                Commit();
                connection.Close();
                await node.HangAsync();
                break;
            default:
                Commit();
                break;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            node.OpenTransactions--;
        }

        inner.Dispose();
        base.Dispose(disposing);
    }

    private Task<bool> DieAsync(Action end)
    {
        end();
        inner.Dispose();
        connection.Close();
        node.Die();
        return Never.Of<bool>();
    }

    private sealed class LostConnectionException(string message, string? state) : DbException(message)
    {
        public override string? SqlState => state;
    }
}

internal sealed class WatchedCommand(DbCommand inner, WatchedConnection connection, World world) : DbCommand
{
    private WatchedTransaction? _transaction;

    [AllowNull]
    public override string CommandText
    {
        get => inner.CommandText;
        set
        {
            inner.CommandText = world.Rewrite(value!);
            connection.Saw(value!);
        }
    }

    public override int CommandTimeout
    {
        get => inner.CommandTimeout;
        set => inner.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => inner.CommandType;
        set => inner.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource
    {
        get => inner.UpdatedRowSource;
        set => inner.UpdatedRowSource = value;
    }

    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException();
    }

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = (WatchedTransaction?)value;
            inner.Transaction = _transaction?.Inner;
        }
    }

    public override void Cancel() => inner.Cancel();

    public override int ExecuteNonQuery() => inner.ExecuteNonQuery();

    public override object? ExecuteScalar() => inner.ExecuteScalar();

    public override void Prepare() => inner.Prepare();

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        world.IsPostgres ? new HereReader(inner.ExecuteReader()) : inner.ExecuteReader(behavior & ~CommandBehavior.CloseConnection);

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
