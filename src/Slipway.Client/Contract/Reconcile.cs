namespace Slipway.Client;

/// <summary>Answer of <c>POST /v1/reconcile</c>: what a comparison of the clouds with the server's own rows found, and what it did.</summary>
public sealed record ReconcileReport
{
    /// <summary>True when it only looked and changed nothing.</summary>
    public required bool DryRun { get; init; }

    /// <summary>When it began (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What is not as it should be, and what is not this control plane's. Empty when all is well.</summary>
    public required IReadOnlyList<ReconcileFinding> Findings { get; init; }

    /// <summary>Kinds of resources that could not be listed, each with why; nothing was concluded about them.</summary>
    public required IReadOnlyList<string> Unread { get; init; }
}

/// <summary>One thing that was found.</summary>
public sealed record ReconcileFinding
{
    /// <summary>
    /// <c>server</c>, <c>primary_ip</c>, <c>volume</c>, <c>firewall</c>, <c>ssh_key</c>, <c>snapshot</c>, <c>device</c>, <c>auth_key</c>,
    /// <c>machine</c> or <c>operation</c>; clients must tolerate others.
    /// </summary>
    public required string Resource { get; init; }

    /// <summary>Its id at its provider; of a machine the agent's id, of an operation its own.</summary>
    public required string Id { get; init; }

    /// <summary>Its name there; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>unknown</c> (ours, and no row knows it), <c>foreign</c> (not ours; never touched), <c>released</c>, <c>gone</c>, <c>no-progress</c>, or of a machine
    /// one or more of <c>host-gone</c>, <c>off</c>, <c>on</c>, <c>wrong-type</c>, <c>no-firewall</c>, <c>no-device</c>, <c>not-started</c>, separated by
    /// commas; clients must tolerate others.
    /// </summary>
    public required string Finding { get; init; }

    /// <summary>What was done about it, or would be, in words.</summary>
    public required string Action { get; init; }
}
