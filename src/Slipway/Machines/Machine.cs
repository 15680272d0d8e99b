namespace Slipway.Machines;

/// <summary>A machine's own status, as operators and customers read it.</summary>
public static class MachineStatus
{
    public const string Creating = "creating";
    public const string CloudInit = "cloud_init";
    public const string InjectingSecrets = "injecting_secrets";
    public const string Running = "running";
    public const string Stopping = "stopping";
    public const string Stopped = "stopped";
    public const string Starting = "starting";
    public const string Destroying = "destroying";
    public const string Gone = "gone";
}

/// <summary>A row of <c>machines</c>: what is known of one subject's machine, each fact stored the moment it is known.</summary>
public sealed record Machine
{
    public required string Subject { get; init; }

    /// <summary>The server's name at Hetzner: unique, valid as a host name, written before anything is made.</summary>
    public required string Name { get; init; }

    public required string Status { get; init; }

    public required string BlueprintDigest { get; init; }

    /// <summary>The operation that provisioned it.</summary>
    public required string OperationId { get; init; }

    public long? ServerId { get; init; }

    public string? ServerType { get; init; }

    /// <summary>The server type somebody chose instead of the blueprint's; it outlives the server.</summary>
    public string? ResizedTo { get; init; }

    public string? Location { get; init; }

    public string? Ipv4 { get; init; }

    public string? Ipv6 { get; init; }

    /// <summary>The pinned SSH host key, as <c>ssh-ed25519 AAAA…</c>.</summary>
    public string? HostKey { get; init; }

    /// <summary>The hash of the token the machine names itself by; null once it runs.</summary>
    public string? BootTokenHash { get; init; }

    /// <summary>What the machine's own first boot said: <c>ok</c>, <c>failed</c>, or null when it has not spoken.</summary>
    public string? BootStatus { get; init; }

    public string? BootMessage { get; init; }

    public string? TailscaleNodeId { get; init; }

    public string? TailscaleIp { get; init; }

    public string? TailscaleHostname { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }
}
