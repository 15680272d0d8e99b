namespace Slipway.Client;

/// <summary>Body of <c>POST /v1/agents/{id}/snapshots</c>.</summary>
public sealed record TakeSnapshotRequest
{
    /// <summary>What people recognise it by, at most 200 characters; the agent's id and the time when it is left out. Hetzner shows it too.</summary>
    public string? Description { get; init; }

    /// <summary>True has it outlive its agent; otherwise it is deleted when the agent is destroyed.</summary>
    public bool Keep { get; init; }
}

/// <summary>A copy of an agent's disk at Hetzner, with everything on it: secrets that the machine was given are in it.</summary>
public sealed record SnapshotResource
{
    /// <summary>Hetzner's id of the image; null before it is known.</summary>
    public long? Id { get; init; }

    /// <summary><c>creating</c> or <c>available</c>; clients must tolerate others.</summary>
    public required string Status { get; init; }

    /// <summary>What people recognise it by.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it outlives its agent.</summary>
    public bool Keep { get; init; }

    /// <summary>What Hetzner stores of it, in megabytes (10⁶ bytes), once it is available.</summary>
    public long? SizeMb { get; init; }

    /// <summary>The id of the operation that made it.</summary>
    public required string Operation { get; init; }

    /// <summary>When it was asked for (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Answer of <c>GET /v1/agents/{id}/snapshots</c>.</summary>
/// <param name="Snapshots">Newest first.</param>
public sealed record SnapshotList(IReadOnlyList<SnapshotResource> Snapshots);

/// <summary>Body of <c>POST /v1/agents/{id}/resize</c>.</summary>
public sealed record ResizeAgentRequest
{
    /// <summary>Hetzner's name of the wanted server type, e.g. <c>cx33</c>.</summary>
    public required string ServerType { get; init; }

    /// <summary>True lets the disk grow with the type; then there is no way back to a smaller one.</summary>
    public bool UpgradeDisk { get; init; }
}
