using Slipway.Operations;

namespace Slipway.Agents.Rollouts;

/// <summary>Updates one agent and waits until it is well; one that cannot take part after all gives its turn to the next.</summary>
internal sealed class UpdateCanary(Lazy<RolloutTurns> turns) : Step<RolloutState>
{
    public override TimeSpan Patience => RolloutPlan.Patience;

    public override async Task<StepOutcome> RunAsync(RolloutState state, StepContext context, CancellationToken cancellationToken)
    {
        var turn = await turns.Value.ReadAsync(state.Rollout, cancellationToken);
        return turn.Failure is { } failure ? Fail(failure)
            : turn.Count(RolloutAgentStatus.Updated) > 0 ? Done(state, $"{turn.First(RolloutAgentStatus.Updated)} is well with version {turn.Version}")
            : turn.IsOver ? Done(state, "no agent could be updated")
            : await turns.Value.GoOnAsync(turn, atOnce: 1, context, cancellationToken);
    }
}

/// <summary>Updates the rest, so many at a time.</summary>
internal sealed class UpdateOthers(Lazy<RolloutTurns> turns) : Step<RolloutState>
{
    public override TimeSpan Patience => RolloutPlan.Patience;

    public override async Task<StepOutcome> RunAsync(RolloutState state, StepContext context, CancellationToken cancellationToken)
    {
        var turn = await turns.Value.ReadAsync(state.Rollout, cancellationToken);
        return turn.Failure is { } failure ? Fail(failure)
            : turn.IsOver ? Done(state, turn.Summary)
            : await turns.Value.GoOnAsync(turn, turn.AtOnce, context, cancellationToken);
    }
}

/// <summary>A roll-out that stops begins nothing more, and has ended when the updates it began have.</summary>
internal sealed class AwaitBegunUpdates(Lazy<RolloutTurns> turns) : Step<RolloutState>
{
    public override async Task<StepOutcome> RunAsync(RolloutState state, StepContext context, CancellationToken cancellationToken)
    {
        var turn = await turns.Value.ReadAsync(state.Rollout, cancellationToken);
        return turn.Count(RolloutAgentStatus.Updating) > 0
            ? Wait(context.Now + RolloutTurns.LookAgain, turn.Summary)
            : Done(state, turn.Summary);
    }
}
