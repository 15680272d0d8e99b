namespace Slipway.Hetzner;

/// <summary>A server being made anew.</summary>
/// <param name="Action">The <c>rebuild_server</c> action.</param>
public sealed record RebuildResult(HetznerAction Action)
{
    /// <summary>The root password Hetzner made; only when the server was ordered without SSH keys. A secret: not part of <see cref="ToString"/>.</summary>
    public string? RootPassword { get; init; }

    /// <summary>The action's id; never the root password.</summary>
    public override string ToString() => $"RebuildResult {{ Action = {Action.Id} }}";
}

/// <summary>How <see cref="ServersClient.ShutdownOrPowerOffAsync"/> ended.</summary>
public enum ShutdownOutcome
{
    /// <summary>The machine shut itself down.</summary>
    ShutDown,

    /// <summary>It did not in time and lost its power; unsaved data may be lost.</summary>
    PoweredOff,

    /// <summary>There is no such server (any more).</summary>
    Gone,
}

internal sealed record RebuildBody(string Image, string? UserData);

internal sealed record RebuildAnswer(HetznerAction? Action, string? RootPassword);

internal sealed record ChangeTypeBody(string ServerType, bool UpgradeDisk);
