namespace Slipway.Client;

/// <summary>Something that only a person can mend.</summary>
public sealed record AlertResource
{
    /// <summary>The alert's id, e.g. <c>alt-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>warning</c> (look today) or <c>critical</c> (look now); clients must tolerate others.</summary>
    public required string Severity { get; init; }

    /// <summary>The agent, setting or subscription it concerns.</summary>
    public required string Subject { get; init; }

    /// <summary>What happened, as last seen; never a secret.</summary>
    public required string What { get; init; }

    /// <summary>What to do about it.</summary>
    public required string WhatToDo { get; init; }

    /// <summary>How often it was seen since <see cref="FirstAt"/>.</summary>
    public required long Count { get; init; }

    /// <summary>When it was raised (UTC).</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When it was last seen (UTC).</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>The token's holder who said first that it is being looked after.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When that was (UTC).</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>When it was over (UTC); null while it is open. Nobody but its cause resolves it.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }
}

/// <summary>Answer of <c>GET /v1/alerts</c>.</summary>
public sealed record AlertList(IReadOnlyList<AlertResource> Alerts);
