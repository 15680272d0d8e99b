namespace Slipway.Agents;

/// <summary>Where an agent is in its life, as its customer would say it.</summary>
public enum AgentStatus
{
    /// <summary>Ordered, never provisioned.</summary>
    Draft,

    /// <summary>Runs, verified.</summary>
    Active,

    /// <summary>Stopped; its machine and its data are kept.</summary>
    Paused,

    /// <summary>Gone for good.</summary>
    Closed,

    /// <summary>It could not be provisioned; nothing was left behind.</summary>
    Error,
}

/// <summary>What is wanted of an agent. Only this is ever changed from outside; operations make it so.</summary>
public enum Wanted
{
    Nothing,
    Running,
    Stopped,
    Destroyed,
}

/// <summary>A row of <c>agents</c>.</summary>
public sealed record Agent
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public required string BlueprintName { get; init; }

    public required string BlueprintDigest { get; init; }

    /// <summary>The version that the update under way brings; null when there is none.</summary>
    public string? UpdateDigest { get; init; }

    public string? Location { get; init; }

    public AgentStatus Status { get; init; }

    public Wanted Wanted { get; init; }

    /// <summary>The operation under way, or the last one.</summary>
    public string? OperationId { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
