using System.Data;
using System.Data.Common;
using System.Diagnostics.Metrics;
using Dapper;

namespace Slipway.Storage;

/// <summary>The one door to the database, SQLite or PostgreSQL: reads, and transactions that write.</summary>
public sealed class Database : IAsyncDisposable
{
    private const string Deadlock = "40P01";
    private const int DeadlockAttempts = 5;
    private static readonly Meter Meter = new("Slipway.Storage");
    private static readonly Counter<long> Commits = Meter.CreateCounter<long>("slipway.database.commits", "{commit}", "Transactions that were made durable");
    private readonly DbDataSource _source;
    private readonly Lazy<DbDataSource> _alarmSource;
    private readonly GroupCommit? _group;

    static Database()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new UnixMilliseconds());
    }

    public Database(StorageOptions options)
        : this(options, watch: null)
    {
    }

    /// <param name="options">Which database.</param>
    /// <param name="watch">What a simulation puts between us and the database.</param>
    internal Database(StorageOptions options, Func<DbDataSource, DbDataSource>? watch)
    {
        Dialect = Dialect.For(options);
        _source = watch is null ? Dialect.CreateDataSource() : watch(Dialect.CreateDataSource());
        _alarmSource = new Lazy<DbDataSource>(Dialect.CreateAlarmSource);
        _group = Dialect.SingleWriter ? new GroupCommit(_source, static () => Commits.Add(1)) : null;
    }

    internal Dialect Dialect { get; }

    /// <summary>For the alarm clock's store, which brings its own SQL. Its callers queue for one lock, and must not hold up the rows meanwhile.</summary>
    internal DbDataSource AlarmSource => _alarmSource.Value;

    /// <summary>True when no other process can be at work on the same data.</summary>
    public bool IsSingleNode => Dialect.SingleWriter;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    public async Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<T?>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: all of it is written, or nothing. It may run again, so it does nothing but read and write.</summary>
    public async Task<T> WriteAsync<T>(Func<Transaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await (_group?.RunAsync(work, cancellationToken) ?? WriteOnceAsync(work, cancellationToken));
            }
            catch (Exception e) when (e.GetBaseException() is DbException { SqlState: Deadlock } && attempt < DeadlockAttempts)
            {
                // Two transactions waited for each other and the database undid this one to let the other through: now it is its turn.
            }
        }
    }

    public Task WriteAsync(Func<Transaction, Task> work, CancellationToken cancellationToken = default) =>
        WriteAsync(
            async transaction =>
            {
                await work(transaction);
                return true;
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_alarmSource.IsValueCreated)
        {
            await _alarmSource.Value.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private async Task<T> WriteOnceAsync<T>(Func<Transaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var underlying = await connection.BeginTransactionAsync(cancellationToken);
        var transaction = new Transaction(connection, underlying);
        var result = await work(transaction);
        await underlying.CommitAsync(CancellationToken.None);
        Commits.Add(1);
        transaction.Committed();
        return result;
    }

    /// <summary>Times are stored as milliseconds since 1970 on both databases: one meaning, comparable, no time zone.</summary>
    private sealed class UnixMilliseconds : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = value.ToUnixTimeMilliseconds();
        }

        public override DateTimeOffset Parse(object value) =>
            DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
    }
}
