namespace Slipway.Machines.Workflows;

/// <summary>How far a job is.</summary>
public static class WorkflowJobStatus
{
    /// <summary>It is known here; a run may or may not have been asked for.</summary>
    public const string Registered = "registered";

    /// <summary>A run, and only this one, has taken it.</summary>
    public const string Claimed = "claimed";

    /// <summary>The run was told what to create: from here on there may be a server.</summary>
    public const string Ordered = "ordered";

    /// <summary>The run has named the server.</summary>
    public const string Created = "created";

    /// <summary>The run has seen the machine in the tailnet.</summary>
    public const string Running = "running";

    public const string Failed = "failed";

    /// <summary>Given up here: whoever comes with it gets nothing.</summary>
    public const string Closed = "closed";
}

/// <summary>A row of <c>workflow_jobs</c>: what one dispatch was for, and what its run has said.</summary>
public sealed record WorkflowJob
{
    public required string Id { get; init; }

    public required string OperationId { get; init; }

    public required string Subject { get; init; }

    /// <summary>Which of its operation's jobs it is, from 1.</summary>
    public long Number { get; init; } = 1;

    public string Status { get; init; } = WorkflowJobStatus.Registered;

    /// <summary>The attempt of the step after which it was certain that nothing had been sent.</summary>
    public long? UnsentAttempt { get; init; }

    public long? RunId { get; init; }

    public string? AuthKeyId { get; init; }

    /// <summary>What the run says; believed only after Hetzner said the same.</summary>
    public long? ServerId { get; init; }

    public string? FailedStep { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }

    public DateTimeOffset? OrderedAt { get; init; }

    /// <summary>What the run is called at GitHub; the workflow's <c>run-name</c> makes it so.</summary>
    public static string TitleOf(string id) => $"slipway {id}";
}
