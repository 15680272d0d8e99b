namespace Slipway.Client;

/// <summary>A durable run of steps that makes an agent's machine what is wanted.</summary>
public sealed record OperationResource
{
    /// <summary>The operation's id, e.g. <c>op-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>provision</c>, <c>stop</c>, <c>start</c> or <c>destroy</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>The agent it works for.</summary>
    public required string Agent { get; init; }

    /// <summary>The step it is at, or ended at.</summary>
    public required string Step { get; init; }

    /// <summary><c>forward</c>, or <c>undoing</c> after a failure or a cancel.</summary>
    public required string Direction { get; init; }

    /// <summary><c>running</c> (not finished), <c>succeeded</c>, or <c>undone</c> (failed or cancelled, and everything taken back).</summary>
    public required string Status { get; init; }

    /// <summary>How often the present step was tried.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it is tried next (UTC); null when finished.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it gives up and undoes (UTC).</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Why somebody asked to cancel it, if so.</summary>
    public string? CancelReason { get; init; }

    /// <summary>Why it failed, and what to do.</summary>
    public string? Error { get; init; }

    /// <summary>The plan's steps in order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What happened, oldest first. Empty in lists.</summary>
    public IReadOnlyList<TimelineEntry> Timeline { get; init; } = [];

    /// <summary>When it was started (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it finished (UTC).</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>One thing that happened in an operation.</summary>
public sealed record TimelineEntry
{
    /// <summary>1, 2, 3… within the operation; what <c>Last-Event-ID</c> resumes after.</summary>
    public required long Sequence { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>At which step.</summary>
    public required string Step { get; init; }

    /// <summary><c>started</c>, <c>done</c>, <c>waiting</c>, <c>retrying</c>, <c>failed</c>, <c>cancelled</c>, <c>undone</c>, <c>finished</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>In words; never a secret.</summary>
    public string? Message { get; init; }

    /// <summary>Milliseconds from the step's first start to this entry, for <c>done</c> and <c>undone</c>.</summary>
    public long? DurationMs { get; init; }
}

/// <summary>Answer of <c>GET /v1/operations</c>.</summary>
public sealed record OperationList(IReadOnlyList<OperationResource> Operations);
