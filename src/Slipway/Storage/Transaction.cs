using System.Data.Common;
using Dapper;

namespace Slipway.Storage;

/// <summary>One transaction and what is to happen once it is committed.</summary>
public sealed class Transaction
{
    private readonly DbTransaction _transaction;
    private List<Action>? _afterCommit;

    internal Transaction(DbTransaction transaction) => _transaction = transaction;

    private DbConnection Connection => _transaction.Connection!;

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
        await _transaction.CommitAsync(cancellationToken);
        _afterCommit?.ForEach(static action => action());
    }
}
