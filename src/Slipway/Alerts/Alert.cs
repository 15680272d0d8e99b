namespace Slipway.Alerts;

/// <summary>How soon somebody should look.</summary>
public enum AlertSeverity
{
    /// <summary>Today.</summary>
    Warning,

    /// <summary>Now: money is lost, or a customer has nothing.</summary>
    Critical,
}

/// <summary>Something that only a person can mend, as whoever noticed it says it.</summary>
/// <param name="Cause">What it is about; while an alert of this cause is open, the same again only counts.</param>
/// <param name="Subject">The agent, operation or setting it concerns.</param>
/// <param name="What">What happened; never a secret.</param>
/// <param name="WhatToDo">What a person does now.</param>
public sealed record AlertReport(string Cause, AlertSeverity Severity, string Subject, string What, string WhatToDo)
{
    /// <summary>The step whose success proves that it is over; null for one that its own source resolves.</summary>
    public string? ProvenByStep { get; init; }
}

/// <summary>A row of <c>alerts</c>.</summary>
public sealed record Alert
{
    public required string Id { get; init; }

    public required string Cause { get; init; }

    public AlertSeverity Severity { get; init; }

    public required string Subject { get; init; }

    public required string What { get; init; }

    public required string WhatToDo { get; init; }

    public string? ProvenByStep { get; init; }

    /// <summary>How often it was seen since it is open.</summary>
    public long Count { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }
}
