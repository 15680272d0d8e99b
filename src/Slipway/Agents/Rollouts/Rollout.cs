namespace Slipway.Agents.Rollouts;

/// <summary>How a roll-out stands.</summary>
public enum RolloutStatus
{
    Running,

    /// <summary>Every agent that could be updated was.</summary>
    Succeeded,

    /// <summary>An agent was not well with the version and was put back; those not begun by then stay on theirs.</summary>
    Failed,

    /// <summary>Somebody stopped it; those not begun by then stay on theirs.</summary>
    Cancelled,
}

/// <summary>How one agent of a roll-out stands.</summary>
public enum RolloutAgentStatus
{
    Waiting,
    Updating,

    /// <summary>It was seen well with the version.</summary>
    Updated,

    /// <summary>It was not well with the version and has its former one again.</summary>
    PutBack,

    /// <summary>It could not take part; the note says why.</summary>
    Skipped,

    /// <summary>The roll-out ended before its turn: it runs its former version, untouched.</summary>
    Kept,
}

/// <summary>A row of <c>rollouts</c>: one version of a blueprint on its way to the agents that run another.</summary>
public sealed record Rollout
{
    public required string Id { get; init; }

    public required string BlueprintName { get; init; }

    public required string BlueprintDigest { get; init; }

    /// <summary>How many agents are updated at a time, once the first is well.</summary>
    public int AtOnce { get; init; }

    public RolloutStatus Status { get; init; }

    public required string OperationId { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A row of <c>rollout_agents</c>.</summary>
public sealed record RolloutAgent
{
    public required string RolloutId { get; init; }

    public required string AgentId { get; init; }

    /// <summary>Its turn; the first is the canary.</summary>
    public int Position { get; init; }

    public required string FromDigest { get; init; }

    public RolloutAgentStatus Status { get; init; }

    /// <summary>Its update, once begun.</summary>
    public string? OperationId { get; init; }

    /// <summary>Why it was put back, skipped or kept.</summary>
    public string? Note { get; init; }
}
