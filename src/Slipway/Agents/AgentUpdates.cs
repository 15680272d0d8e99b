using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>What came of asking for an update.</summary>
public enum UpdateOutcome
{
    /// <summary>An operation brings the version onto the machine.</summary>
    Begun,

    /// <summary>It runs that version already.</summary>
    AlreadySo,

    /// <summary>Another operation is under way; later it may be possible.</summary>
    Busy,

    /// <summary>Not in what the agent is, or is wanted to be.</summary>
    NotRunning,

    NotFound,
}

/// <summary>An update's outcome, the agent after it, and the reason if it was not begun.</summary>
public sealed record UpdateResult(UpdateOutcome Outcome, Agent? Agent = null, string? Reason = null);

/// <summary>Has a running agent get another version of its blueprint.</summary>
public sealed class AgentUpdates(AgentStore store, BlueprintStore blueprints, SecretStore secrets, OperationDispatcher operations)
{
    /// <summary>Why an agent cannot go to this version as it is, found out before anything is begun; empty when it can.</summary>
    /// <param name="agent">Which.</param>
    /// <param name="to">The version.</param>
    /// <param name="values">Secrets that it gets with it; an empty one is taken away.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<UpdateObjections> ObjectionsAsync(Agent agent, Blueprint to, IReadOnlyDictionary<string, Secret> values, CancellationToken cancellationToken)
    {
        var from = await blueprints.GetAsync(agent.BlueprintDigest, cancellationToken);
        return new UpdateObjections(from.WhyRebuild(to), to.ValidateChange(await secrets.ReadAllAsync(agent.Id, cancellationToken), values));
    }

    /// <summary>Begins the update of an agent that runs and has nothing else under way; of two that try, one does.</summary>
    public async Task<UpdateResult> BeginAsync(Transaction transaction, string id, Blueprint to, IReadOnlyDictionary<string, Secret> values)
    {
        var agent = await AgentStore.LockAsync(transaction, id);
        switch (agent)
        {
            case null:
                return new UpdateResult(UpdateOutcome.NotFound, Reason: $"There is no agent '{id}'.");
            case { Wanted: Wanted.Running } when await OperationStore.FindUnfinishedAsync(transaction, id) is not null:
                return Busy(agent);
            case not { Wanted: Wanted.Running, Status: AgentStatus.Active }:
                return new UpdateResult(UpdateOutcome.NotRunning, agent, $"Agent {id}: only a running agent can be updated, and this one is {Word(agent)}.");
        }

        if (agent.BlueprintDigest == to.Digest && values.Count == 0)
        {
            return new UpdateResult(UpdateOutcome.AlreadySo, agent);
        }

        await blueprints.KeepAsync(transaction, to);
        var update = new MachineUpdate { FromDigest = agent.BlueprintDigest, ToDigest = to.Digest };
        if (await operations.StartAsync(transaction, MachinePlans.Update, id, update, BlueprintJson.Default.MachineUpdate) is not { } operation)
        {
            return Busy(agent);
        }

        await secrets.PutAsideAsync(transaction, id, values);
        return new UpdateResult(UpdateOutcome.Begun, await store.UpdateAsync(transaction, agent with { OperationId = operation, UpdateDigest = to.Digest }));
    }

    private static UpdateResult Busy(Agent agent) => new(UpdateOutcome.Busy, agent, $"Agent {agent.Id}: an operation is under way; try again when it has ended.");

    private static string Word(Agent agent) => agent.Wanted switch
    {
        Wanted.Destroyed => "being destroyed",
        Wanted.Stopped when agent.Status == AgentStatus.Active => "being stopped",
        _ => AgentLifecycle.Word(agent.Status),
    };
}

/// <summary>Why a version does not fit an agent.</summary>
/// <param name="Rebuild">What only a machine made anew can have.</param>
/// <param name="Secrets">What its secrets lack.</param>
public sealed record UpdateObjections(IReadOnlyList<string> Rebuild, IReadOnlyList<SecretProblem> Secrets)
{
    public bool Any => Rebuild.Count > 0 || Secrets.Count > 0;

    public override string ToString() => string.Join("; ", [
        .. Rebuild.Count > 0 ? [$"it would have to be rebuilt: {string.Join(", ", Rebuild)}"] : Array.Empty<string>(),
        .. Secrets.Select(problem => problem.Message),
    ]);
}
