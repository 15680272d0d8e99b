using System.Data.Common;
using Dapper;
using Npgsql;

namespace Slipway.Storage;

/// <summary>One transaction and what is to happen once it is committed.</summary>
public sealed class Transaction
{
    /// <summary>What nodes listen to.</summary>
    internal const string Channel = "slipway";

    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private List<Action>? _afterCommit;

    internal Transaction(DbConnection connection, DbTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Tells the other nodes, at the commit; where there are none, nobody.</summary>
    internal Task NotifyAsync(string message) =>
        _transaction is NpgsqlTransaction ? ExecuteAsync($"SELECT pg_notify('{Channel}', @message)", new { message }) : Task.CompletedTask;

    /// <summary>Runs after the commit, never before; a crash in between loses it, so it may only hurry something along.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        _connection.ExecuteAsync(sql, parameters, _transaction);

    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters = null) =>
        _connection.QueryFirstOrDefaultAsync<T?>(sql, parameters, _transaction);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await _connection.QueryAsync<T>(sql, parameters, _transaction)).AsList();

    /// <summary>Says that what was written is durable.</summary>
    internal void Committed() => _afterCommit?.ForEach(static action => action());
}
