using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Slipway.Storage;

/// <summary>Connections that stay open, and on each of them statements that stay prepared: preparing one costs more than running it.</summary>
internal sealed class SqliteConnections(string connectionString) : DbDataSource
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly ConcurrentDictionary<SqliteConnection, SqliteStatements> _statements = new();

    /// <summary>The one that wrote last: what it has read is still so, while every other's pages went stale with that commit.</summary>
    private SqliteConnection? _writer;
    private volatile bool _disposed;

    public override string ConnectionString => connectionString;

    protected override DbConnection CreateDbConnection() => throw new NotSupportedException("Connections are opened by this source.");

    protected override DbConnection OpenDbConnection() => new LentConnection(this);

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) => new(OpenDbConnection());

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
        {
            Close(connection);
        }

        if (Interlocked.Exchange(ref _writer, null) is { } writer)
        {
            Close(writer);
        }

        base.Dispose(disposing);
    }

    private SqliteConnection Take()
    {
        if (!_idle.TryTake(out var connection))
        {
            connection = new SqliteConnection(connectionString);
            connection.Open();
            // Full durability, because a paid order is a commit.
            Set(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 30000;");
        }

        return connection;
    }

    private SqliteConnection TakeWriter()
    {
        if (Interlocked.Exchange(ref _writer, null) is { } writer)
        {
            return writer;
        }

        var connection = Take();
        // A page that changes often goes from the log to the file once in 64 MiB instead of once in four, and stays in memory meanwhile.
        Set(connection, "PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -32768;");
        return connection;
    }

    private static void Set(SqliteConnection connection, string pragmas)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragmas;
        command.ExecuteNonQuery();
    }

    private SqliteStatements StatementsOf(SqliteConnection connection) => _statements.GetOrAdd(connection, static c => new SqliteStatements(c));

    private void Return(SqliteConnection connection, bool hasWritten)
    {
        if (_disposed)
        {
            Close(connection);
        }
        else if (!hasWritten || Interlocked.CompareExchange(ref _writer, connection, null) is not null)
        {
            _idle.Add(connection);
        }
    }

    private void Close(SqliteConnection connection)
    {
        if (_statements.TryRemove(connection, out var statements))
        {
            statements.Dispose();
        }

        connection.Dispose();
    }

    /// <summary>One use of a kept connection; which one is known when it is known whether to write.</summary>
    private sealed class LentConnection(SqliteConnections owner) : DbConnection
    {
        private SqliteConnection? _taken;
        private bool _writes;
        private bool _returned;

        [AllowNull]
        public override string ConnectionString
        {
            get => owner.ConnectionString;
            set => throw new NotSupportedException();
        }

        public SqliteStatements Statements => owner.StatementsOf(Taken);

        public override string Database => Taken.Database;

        public override string DataSource => Taken.DataSource;

        public override string ServerVersion => Taken.ServerVersion;

        public override ConnectionState State => _returned ? ConnectionState.Closed : ConnectionState.Open;

        private SqliteConnection Taken => _taken ??= owner.Take();

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public override void Open()
        {
            // It is: only open ones are lent.
        }

        public override void Close()
        {
            if (!_returned)
            {
                _returned = true;
                if (_taken is not null)
                {
                    owner.Return(_taken, _writes);
                }
            }
        }

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
        {
            _writes = true;
            return (_taken ??= owner.TakeWriter()).BeginTransaction();
        }

        protected override DbCommand CreateDbCommand() => new LentCommand(this, Statements);

        protected override void Dispose(bool disposing)
        {
            Close();
            base.Dispose(disposing);
        }
    }

    /// <summary>Collects a text and its parameters, and has the prepared statement of that text run with them.</summary>
    private sealed class LentCommand(LentConnection connection, SqliteStatements statements) : DbCommand
    {
        private readonly SqliteCommand _given = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout
        {
            get => _given.CommandTimeout;
            set => _given.CommandTimeout = value;
        }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection
        {
            get => connection;
            set => throw new NotSupportedException();
        }

        protected override DbParameterCollection DbParameterCollection => _given.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
            // SQLite's own commands cannot be cancelled either.
        }

        public override int ExecuteNonQuery() => Prepared().ExecuteNonQuery();

        public override object? ExecuteScalar() => Prepared().ExecuteScalar();

        public override void Prepare()
        {
            // It is prepared when it runs, once for all.
        }

        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Prepared().ExecuteReader(behavior & ~CommandBehavior.CloseConnection);

        protected override void Dispose(bool disposing)
        {
            _given.Dispose();
            base.Dispose(disposing);
        }

        private SqliteCommand Prepared() => statements.Get(CommandText, _given.Parameters, (SqliteTransaction?)DbTransaction);
    }
}

/// <summary>The prepared statements of one connection, by text.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    /// <summary>There are far fewer texts than this but for lists, which have one for every length.</summary>
    private const int Most = 200;

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public SqliteCommand Get(string text, SqliteParameterCollection parameters, SqliteTransaction? transaction)
    {
        if (!_commands.TryGetValue(text, out var command))
        {
            if (_commands.Count == Most)
            {
                Dispose();
                _commands.Clear();
            }

            command = _commands[text] = new SqliteCommand(text, connection);
        }

        command.Transaction = transaction;
        command.Parameters.Clear();
        foreach (SqliteParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }
    }
}
