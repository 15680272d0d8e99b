namespace Slipway.Client;

/// <summary>Body of <c>POST /v1/rollouts</c>: the version of a blueprint that the server offers now is to come to all its running agents.</summary>
public sealed record CreateRolloutRequest
{
    /// <summary>The blueprint's name.</summary>
    public required string Blueprint { get; init; }

    /// <summary>How many agents are updated at a time, once the first was seen well; from 1 to 50.</summary>
    public int AtOnce { get; set; } = 3;

    /// <summary>The agent that goes first and alone; null takes the oldest.</summary>
    public string? Canary { get; init; }
}

/// <summary>One version of a blueprint on its way to the agents that run another.</summary>
public sealed record RolloutResource
{
    /// <summary>The roll-out's id, e.g. <c>rol-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The blueprint.</summary>
    public required string Blueprint { get; init; }

    /// <summary>The version: the blueprint's digest when the roll-out was begun. A file that changes later does not change it.</summary>
    public required string BlueprintDigest { get; init; }

    /// <summary><c>running</c>, <c>succeeded</c>, <c>failed</c> (an agent was put back, and nothing more was begun) or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>How many agents are updated at a time, once the first was seen well.</summary>
    public required int AtOnce { get; init; }

    /// <summary>The operation that carries it.</summary>
    public required string Operation { get; init; }

    /// <summary>Why it stopped, if it did.</summary>
    public string? Error { get; init; }

    /// <summary>Its agents in the order of their turns. Empty in lists.</summary>
    public IReadOnlyList<RolloutAgentResource> Agents { get; init; } = [];

    /// <summary>When it was begun (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>How one agent of a roll-out stands.</summary>
public sealed record RolloutAgentResource
{
    /// <summary>The agent.</summary>
    public required string Agent { get; init; }

    /// <summary>
    /// <c>waiting</c>, <c>updating</c>, <c>updated</c> (seen well with the version), <c>put_back</c> (not well with it; has its former one again), <c>skipped</c> (could not take part)
    /// or <c>kept</c> (the roll-out ended before its turn).
    /// </summary>
    public required string Status { get; init; }

    /// <summary>The version it had when the roll-out was begun.</summary>
    public required string FromDigest { get; init; }

    /// <summary>Its own update, once begun.</summary>
    public string? Operation { get; init; }

    /// <summary>Why it was put back, skipped or kept.</summary>
    public string? Note { get; init; }
}

/// <summary>Answer of <c>GET /v1/rollouts</c>.</summary>
public sealed record RolloutList(IReadOnlyList<RolloutResource> Rollouts);
