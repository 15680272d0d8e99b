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

    /// <summary>What its machine said before it was taken away, if it failed after one was made. Only in <c>GET /v1/operations/{id}</c>.</summary>
    public EvidenceResource? Evidence { get; init; }

    /// <summary>When it was started (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it finished (UTC).</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What a machine that failed said before it was deleted: its first boot's status and log, its unit's journal.</summary>
/// <param name="At">When it was taken (UTC).</param>
/// <param name="Text">At most 16 KB; the agent's secrets are replaced by <c>***</c>. Says so when the machine could not be asked.</param>
public sealed record EvidenceResource(DateTimeOffset At, string Text);

/// <summary>Answer of <c>GET /v1/operations/{id}/explain</c>: why it is where it is, and what comes next.</summary>
public sealed record OperationExplanation
{
    /// <summary>The operation's id.</summary>
    public required string Operation { get; init; }

    /// <summary>All of it in plain sentences, in the order to read them; times are UTC.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }

    /// <summary>The step it is at, or ended at; on the way back the undo's own name.</summary>
    public required string Step { get; init; }

    /// <summary>Since when it is there (UTC).</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What it waits for, or what keeps an undo from its end.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>When it is tried next (UTC); null when finished.</summary>
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>The last error, or the reason for taking everything back.</summary>
    public string? LastError { get; init; }

    /// <summary>When it turns round if nothing changes (UTC): the earlier of the step's limit and the operation's deadline. Null when it never does.</summary>
    public DateTimeOffset? GivesUpAt { get; init; }

    /// <summary>Milliseconds half of the earlier runs of this step here took at most; null without earlier runs.</summary>
    public long? P50Ms { get; init; }

    /// <summary>Milliseconds 95 of 100 earlier runs took at most.</summary>
    public long? P95Ms { get; init; }

    /// <summary>How many earlier runs these are of.</summary>
    public int Samples { get; init; }
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
