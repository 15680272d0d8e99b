using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Agents.Rollouts;

/// <summary>What is asked for: the version, who goes first, and how many at a time after that.</summary>
public sealed record RolloutRequest(Blueprint Blueprint, int AtOnce, string? Canary = null);

/// <summary>A roll-out that was begun, or why none was.</summary>
public sealed record RolloutStart(Rollout? Rollout, string? Code = null, string? Reason = null);

/// <summary>Brings a version of a blueprint to all agents that run another: one first, then the rest.</summary>
public sealed class RolloutDesk(RolloutStore store, AgentStore agents, AgentUpdates updates, BlueprintStore blueprints, OperationDispatcher operations, IdSource ids, TimeProvider time)
{
    public const int MostAtOnce = 50;

    private static readonly Dictionary<string, Secret> NoSecrets = [];

    /// <summary>Whose turn comes when, and who cannot take part; nothing is written yet.</summary>
    public async Task<IReadOnlyList<RolloutAgent>> PlanAsync(RolloutRequest request, CancellationToken cancellationToken)
    {
        var members = new List<RolloutAgent>();
        foreach (var agent in await agents.ListOfBlueprintAsync(request.Blueprint.Name, cancellationToken))
        {
            if (agent.BlueprintDigest == request.Blueprint.Digest)
            {
                continue;
            }

            var objections = await updates.ObjectionsAsync(agent, request.Blueprint, NoSecrets, cancellationToken);
            members.Add(new RolloutAgent
            {
                RolloutId = "",
                AgentId = agent.Id,
                FromDigest = agent.BlueprintDigest,
                Status = objections.Any ? RolloutAgentStatus.Skipped : RolloutAgentStatus.Waiting,
                Note = objections.Any ? objections.ToString() : null,
            });
        }

        // The sort is stable: without a canary by name, the oldest goes first.
        return [.. members.OrderBy(member => member.AgentId != request.Canary).Select((member, position) => member with { Position = position })];
    }

    /// <summary>Begins a roll-out as it was planned; of one blueprint there is one at a time.</summary>
    public async Task<RolloutStart> BeginAsync(Transaction transaction, RolloutRequest request, IReadOnlyList<RolloutAgent> members)
    {
        var blueprint = request.Blueprint;
        if (request.Canary is { } canary && members.FirstOrDefault(member => member.AgentId == canary) is not { Status: RolloutAgentStatus.Waiting })
        {
            var why = members.FirstOrDefault(member => member.AgentId == canary)?.Note ?? $"it is no agent of '{blueprint.Name}' that runs another version";
            return new RolloutStart(null, "cannot_be_canary", $"Agent '{canary}' cannot go first: {why}.");
        }

        if (members.All(member => member.Status != RolloutAgentStatus.Waiting))
        {
            return new RolloutStart(null, "nothing_to_update", members.Count == 0
                ? $"Every agent of '{blueprint.Name}' runs version {blueprint.Version} already, or does not run."
                : $"No agent of '{blueprint.Name}' can be updated to version {blueprint.Version}: {string.Join(" ", members.Select(member => $"{member.AgentId}: {member.Note}."))}");
        }

        await blueprints.KeepAsync(transaction, blueprint);
        var id = ids.Next("rol");
        if (await operations.StartAsync(transaction, RolloutPlan.Name, RolloutPlan.SubjectOf(blueprint.Name), new RolloutState { Rollout = id }, RolloutJson.Default.RolloutState) is not { } operation)
        {
            return new RolloutStart(null, "rollout_running", $"A roll-out of '{blueprint.Name}' is under way; wait for its end, or cancel it.");
        }

        var rollout = new Rollout
        {
            Id = id,
            BlueprintName = blueprint.Name,
            BlueprintDigest = blueprint.Digest,
            AtOnce = request.AtOnce,
            OperationId = operation,
            CreatedAt = time.GetUtcNow(),
        };
        await RolloutStore.InsertAsync(transaction, rollout);
        foreach (var member in members)
        {
            await store.InsertAsync(transaction, member with { RolloutId = id });
        }

        return new RolloutStart(rollout);
    }

    /// <summary>Stops a roll-out: updates under way come to their end, and whoever was not begun stays as it is.</summary>
    public Task CancelAsync(Transaction transaction, Rollout rollout) => operations.CancelAsync(transaction, rollout.OperationId, "The roll-out was cancelled.");
}
