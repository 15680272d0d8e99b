using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines.Sharing;

/// <summary>The waits of all nodes as rows: <see cref="ActionPolling"/> of one of them asks for all, so that many nodes cost what one does.</summary>
internal sealed class SharedActionWaits(Database database, OperationWaker operations) : ActionWaits
{
    public override async Task<bool> AreFinishedAsync(IReadOnlyList<long> actions, string operationId)
    {
        var (finished, failed) = await database.WriteAsync(transaction => LookAsync(transaction, actions, operationId));
        return failed is null ? finished
            : throw (failed.Action is { } action ? new HetznerActionException(action) : new InvalidOperationException(failed.Trouble));
    }

    /// <summary>What is known of the end is told once: the next look begins anew.</summary>
    private async Task<(bool Finished, ActionOutcome? Failed)> LookAsync(Transaction transaction, IReadOnlyList<long> actions, string operationId)
    {
        var rows = (await ReadAsync(transaction, operationId)).ToDictionary(row => row.ActionId, row => row.Outcome);
        foreach (var action in actions.Where(action => !rows.ContainsKey(action)))
        {
            await transaction.ExecuteAsync(
                "INSERT INTO action_waits (action_id, operation_id) VALUES (@action, @operationId) ON CONFLICT DO NOTHING", new { action, operationId });
        }

        var outcomes = actions.Select(rows.GetValueOrDefault).TakeWhile(outcome => outcome is not null).Select(Read).ToList();
        var failed = outcomes.Find(outcome => outcome.Action is not { Succeeded: true });
        if (failed is null && outcomes.Count < actions.Count)
        {
            return (false, null);
        }

        await DeleteAsync(transaction, actions, operationId);
        return (true, failed);
    }

    public override Task ForgetAsync(IReadOnlyList<long> actions, string operationId) =>
        actions.Count == 0 ? Task.CompletedTask : database.WriteAsync(transaction => DeleteAsync(transaction, actions, operationId));

    /// <summary>Which actions anybody waits for. What finished operations left behind is cleared away.</summary>
    public Task<IReadOnlyList<long>> ListOpenAsync() => database.WriteAsync(async transaction =>
    {
        await transaction.ExecuteAsync(
            "DELETE FROM action_waits w WHERE NOT EXISTS (SELECT 1 FROM operations o WHERE o.id = w.operation_id AND o.result IS NULL)");
        return await transaction.QueryAsync<long>("SELECT DISTINCT action_id FROM action_waits WHERE outcome IS NULL");
    });

    public async Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        await database.FirstOrDefaultAsync<long?>("SELECT 1 FROM action_waits LIMIT 1", cancellationToken: cancellationToken) is not null;

    /// <summary>Writes how an action ended, and wakes whom it concerns, wherever they are carried.</summary>
    public Task FinishAsync(long id, HetznerAction? action, string? trouble) => database.WriteAsync(async transaction =>
    {
        var outcome = JsonSerializer.Serialize(new ActionOutcome(action, trouble), ActionOutcomeJson.Default.ActionOutcome);
        foreach (var operation in await transaction.QueryAsync<string>(
            "UPDATE action_waits SET outcome = @outcome WHERE action_id = @id AND outcome IS NULL RETURNING operation_id", new { id, outcome }))
        {
            await operations.WakeAsync(transaction, operation);
        }
    });

    /// <summary>Takes the duty, if it is ours or its holder is no node any more.</summary>
    public async Task<bool> TakeDutyAsync(string node) => await database.WriteAsync(transaction => transaction.ExecuteAsync(
        """
        INSERT INTO duties (name, node) VALUES ('actions', @node)
        ON CONFLICT (name) DO UPDATE SET node = @node WHERE duties.node = @node OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = duties.node)
        """,
        new { node })) == 1;

    private static Task<IReadOnlyList<Row>> ReadAsync(Transaction transaction, string operationId) =>
        transaction.QueryAsync<Row>("SELECT action_id, outcome FROM action_waits WHERE operation_id = @operationId", new { operationId });

    private Task<int> DeleteAsync(Transaction transaction, IReadOnlyList<long> actions, string operationId) => transaction.ExecuteAsync(
        $"DELETE FROM action_waits WHERE operation_id = @operationId AND action_id {database.Dialect.In("@actions")}",
        new { operationId, actions = actions.ToArray() });

    private static ActionOutcome Read(string? outcome) => JsonSerializer.Deserialize(outcome!, ActionOutcomeJson.Default.ActionOutcome)!;

    private sealed record Row
    {
        public long ActionId { get; init; }

        public string? Outcome { get; init; }
    }
}

/// <param name="Action">As Hetzner last described it.</param>
/// <param name="Trouble">Why nothing is known of its end.</param>
internal sealed record ActionOutcome(HetznerAction? Action, string? Trouble);

[JsonSerializable(typeof(ActionOutcome))]
internal sealed partial class ActionOutcomeJson : JsonSerializerContext;
