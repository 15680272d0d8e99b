using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Agents.Rollouts;

/// <summary>A roll-out's rows at one moment, and what they mean for its next move.</summary>
internal sealed record RolloutTurn(Rollout Rollout, IReadOnlyList<RolloutAgent> Agents)
{
    public string Version => Rollout.BlueprintDigest[..12];

    public int AtOnce => Rollout.AtOnce;

    public bool IsOver => Count(RolloutAgentStatus.Waiting) == 0 && Count(RolloutAgentStatus.Updating) == 0;

    public string Summary => string.Join(", ", Agents.GroupBy(a => a.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}"));

    /// <summary>Why nothing more is begun; null while there is no reason.</summary>
    public string? Failure => Agents.FirstOrDefault(a => a.Status == RolloutAgentStatus.PutBack) is { } failed
        ? $"{failed.AgentId} was not well with version {Version} and was put back: {failed.Note} Nothing more is begun: {Summary}."
        : null;

    public int Count(RolloutAgentStatus status) => Agents.Count(a => a.Status == status);

    public string? First(RolloutAgentStatus status) => Agents.FirstOrDefault(a => a.Status == status)?.AgentId;

    public static string Word(RolloutAgentStatus status) => status switch
    {
        RolloutAgentStatus.PutBack => "put back",
        _ => status.ToString().ToLowerInvariant(),
    };
}

/// <summary>Gives agents their turns. An update is begun in the transaction that records it, so none is begun twice, and the roll-out's row is all that a crash leaves to go on from.</summary>
internal sealed class RolloutTurns(RolloutStore store, AgentUpdates updates, BlueprintStore blueprints, OperationStore operations)
{
    /// <summary>The end of an update wakes the roll-out; this is for an end nobody was told of.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, Secret> NoSecrets = [];

    public async Task<RolloutTurn> ReadAsync(string id, CancellationToken cancellationToken) => new(
        await store.FindAsync(id, cancellationToken) ?? throw new InvalidOperationException($"There is no roll-out '{id}'."),
        await store.ListAgentsAsync(id, cancellationToken));

    /// <summary>Begins as many updates as may be under way, of agents that have nothing else to do; the others' turn comes later.</summary>
    public async Task<StepOutcome> GoOnAsync(RolloutTurn turn, int atOnce, StepContext context, CancellationToken cancellationToken)
    {
        var waiting = turn.Agents.Where(a => a.Status == RolloutAgentStatus.Waiting).ToList();
        var busy = (await operations.ListBusyAsync([.. waiting.Select(a => a.AgentId)], cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var next = waiting.Where(a => !busy.Contains(a.AgentId)).Take(atOnce - turn.Count(RolloutAgentStatus.Updating)).ToList();
        if (next.Count == 0)
        {
            return new StepOutcome.Wait(context.Now + LookAgain, turn.Summary);
        }

        var blueprint = await blueprints.GetAsync(turn.Rollout.BlueprintDigest, cancellationToken);
        return new StepOutcome.Wait(context.Now, $"{turn.Summary}; next: {string.Join(", ", next.Select(a => a.AgentId))}")
        {
            Also = async transaction =>
            {
                foreach (var agent in next)
                {
                    await BeginAsync(transaction, agent, blueprint);
                }
            },
        };
    }

    private async Task BeginAsync(Transaction transaction, RolloutAgent agent, Blueprint blueprint)
    {
        var begun = await updates.BeginAsync(transaction, agent.AgentId, blueprint, NoSecrets);
        switch (begun.Outcome)
        {
            case UpdateOutcome.Begun:
                await store.SetAsync(transaction, agent with { Status = RolloutAgentStatus.Updating, OperationId = begun.Agent!.OperationId });
                break;
            case UpdateOutcome.Busy:
                break;
            case UpdateOutcome.AlreadySo:
                await store.SetAsync(transaction, agent with { Status = RolloutAgentStatus.Updated, Note = "it was updated by itself meanwhile" });
                break;
            default:
                await store.SetAsync(transaction, agent with { Status = RolloutAgentStatus.Skipped, Note = begun.Reason });
                break;
        }
    }
}
