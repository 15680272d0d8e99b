namespace Slipway.Blueprints;

/// <summary>One kind of agent machine, as an operator described it in a file: what to buy, install, write, run and check.</summary>
public sealed record Blueprint
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public required MachineShape Machine { get; init; }

    /// <summary>The Linux user the agent runs as; never root.</summary>
    public required string User { get; init; }

    /// <summary>Whether that user may become root without a password.</summary>
    public required bool Sudo { get; init; }

    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Bash, run once as root at first boot; empty for none. Placeholders are still in it: see <see cref="BlueprintRendering.RenderSetup"/>.</summary>
    public required string Setup { get; init; }

    /// <summary>Whether packages and setup may be gone through again on a machine that runs, as an update to a version with others has to.</summary>
    public bool RepeatableSetup { get; init; }

    public required IReadOnlyList<BlueprintParameter> Parameters { get; init; }

    public required IReadOnlyList<BlueprintSecret> Secrets { get; init; }

    public required IReadOnlyList<BlueprintFile> Files { get; init; }

    public required IReadOnlyList<BlueprintCredential> Credentials { get; init; }

    public required BlueprintUnit Unit { get; init; }

    public required HealthCheck Health { get; init; }

    public required TailscaleWish Tailscale { get; init; }

    /// <summary>Who makes the machine, one of <see cref="Executors"/>; null takes what the server is configured for.</summary>
    public string? Executor { get; init; }

    /// <summary>The file's text, so that a machine ordered from it can be made after the file has changed.</summary>
    public required string Yaml { get; init; }

    /// <summary>SHA-256 of the text, and of parameters set from outside, in hex. Line endings and a byte order mark do not count.</summary>
    public required string Digest { get; init; }

    /// <summary>The digest's beginning, for people.</summary>
    public string Version => Digest[..12];
}

/// <summary>What to buy: a Hetzner server type and image, and the locations to try, in order.</summary>
public sealed record MachineShape(string ServerType, string Image, IReadOnlyList<string> Locations);

/// <summary>A public value the operator can change from configuration, for example a download address.</summary>
public sealed record BlueprintParameter(string Name, string Description, string Value, ValuePattern? Pattern);

/// <summary>A value the customer hands over. Without a pattern it is one line without control characters.</summary>
public sealed record BlueprintSecret(string Name, string Description, bool Required, ValuePattern? Pattern, string? Example);

/// <summary>A file on the machine. One that only mentions optional secrets is not written when none of them is given.</summary>
public sealed record BlueprintFile(string Path, string Owner, string Mode, string Content);

/// <summary>A systemd credential: encrypted on the machine's disk, in clear only in memory, while the unit runs, for its user. Left out as a file is.</summary>
public sealed record BlueprintCredential(string Name, string Content);

/// <summary>The agent's systemd unit; the name is without <c>.service</c>, the hardening one of <c>agent</c>, <c>strict</c> and <c>none</c>.</summary>
public sealed record BlueprintUnit(string Name, string Text, string Hardening);

/// <summary>How the machine itself finds out that the agent works: an address that answers 2xx, or a command that exits 0.</summary>
public sealed record HealthCheck(Uri? Http, string? Command, TimeSpan Timeout, TimeSpan Interval);

/// <summary>Whether the machine joins the tailnet. An ephemeral node is forgotten while its machine is stopped.</summary>
public sealed record TailscaleWish(bool Enabled, bool Ephemeral);
