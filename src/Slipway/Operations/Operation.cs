namespace Slipway.Operations;

/// <summary>Where an operation goes: towards what was wanted, or back to nothing.</summary>
public enum Direction
{
    Forward,
    Undoing,
}

/// <summary>How an operation ended. Undone means that everything it had made was seen gone.</summary>
public enum OperationResult
{
    Succeeded,
    Undone,
}

/// <summary>A row of <c>operations</c>: the truth about one run of a plan.</summary>
public sealed record Operation
{
    public required string Id { get; init; }

    public required string Plan { get; init; }

    /// <summary>What it works for, opaque here; one unfinished operation per subject.</summary>
    public required string Subject { get; init; }

    public required string Step { get; init; }

    public Direction Direction { get; init; }

    /// <summary>The plan's typed state, versioned JSON.</summary>
    public required string State { get; init; }

    /// <summary>How often the present step was begun; 1 means that it never ran before, not even before a crash.</summary>
    public int Attempt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Set while somebody runs the step; after it, the step may be taken over.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The node that carries it, also through a wait it holds in memory; null when it is in nobody's hands.</summary>
    public string? LeaseBy { get; init; }

    /// <summary>Raised by every claim; a write that names an older one changes nothing.</summary>
    public long Epoch { get; init; }

    /// <summary>Raised by every wake-up; a wait takes effect only if it is unchanged.</summary>
    public long Wakes { get; init; }

    public DateTimeOffset DeadlineAt { get; init; }

    public string? WaitingFor { get; init; }

    public string? CancelReason { get; init; }

    public string? Error { get; init; }

    public OperationResult? Result { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset StepStartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A row of <c>timeline</c>: one thing that happened. Operators read this, not logs.</summary>
public sealed record TimelineEntry
{
    public required string OperationId { get; init; }

    public long Sequence { get; init; }

    public DateTimeOffset At { get; init; }

    public required string Step { get; init; }

    public required string Kind { get; init; }

    public string? Message { get; init; }

    public long? DurationMs { get; init; }
}
