using System.Data.Common;
using Dapper;
using Npgsql;

namespace Slipway.Storage;

/// <summary>One transaction and what is to happen once it is committed.</summary>
public sealed class Transaction
{
    /// <summary>What nodes listen to.</summary>
    internal const string Channel = "slipway";

    private readonly DbTransaction _transaction;
    private List<Func<Task>>? _beforeCommit;
    private List<Action>? _afterCommit;

    internal Transaction(DbTransaction transaction) => _transaction = transaction;

    /// <summary>For what brings its own SQL and commits with this.</summary>
    internal DbTransaction Underlying => _transaction;

    private DbConnection Connection => _transaction.Connection!;

    /// <summary>Runs as the last of the transaction: for what takes a lock everybody needs, so that it is held for a moment only and nothing is waited for behind it.</summary>
    public void BeforeCommit(Func<Task> action) => (_beforeCommit ??= []).Add(action);

    /// <summary>Tells the other nodes, at the commit; where there are none, nobody.</summary>
    internal Task NotifyAsync(string message) =>
        _transaction is NpgsqlTransaction ? ExecuteAsync($"SELECT pg_notify('{Channel}', @message)", new { message }) : Task.CompletedTask;

    /// <summary>Runs after the commit, never before; a crash in between loses it, so it may only hurry something along.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Connection.ExecuteAsync(sql, parameters, _transaction);

    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters = null) =>
        Connection.QueryFirstOrDefaultAsync<T?>(sql, parameters, _transaction);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await Connection.QueryAsync<T>(sql, parameters, _transaction)).AsList();

    internal async Task CommitAsync(CancellationToken cancellationToken)
    {
        foreach (var action in _beforeCommit ?? [])
        {
            await action();
        }

        await _transaction.CommitAsync(cancellationToken);
        _afterCommit?.ForEach(static action => action());
    }
}
