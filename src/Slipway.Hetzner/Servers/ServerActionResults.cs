using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>An action that may give root a new password: rebuild, rescue system, password reset.</summary>
/// <param name="Action">The action to wait for.</param>
public sealed record RootPasswordResult(HetznerAction Action)
{
    /// <summary>The password Hetzner made; <see langword="null"/> when SSH keys are used instead. A secret: not part of <see cref="ToString"/>.</summary>
    public string? RootPassword { get; init; }

    /// <summary>The action's id; never the root password.</summary>
    public override string ToString() => $"RootPasswordResult {{ Action = {Action.Id} }}";
}

/// <summary>A way to a machine's screen and keyboard.</summary>
/// <param name="Action">The <c>request_console</c> action.</param>
public sealed record ConsoleResult(HetznerAction Action)
{
    /// <summary>The address of the web socket (<c>wss://…</c>). It carries a token: a secret, not part of <see cref="ToString"/>.</summary>
    public required string Url { get; init; }

    /// <summary>The VNC password. A secret: not part of <see cref="ToString"/>.</summary>
    public required string Password { get; init; }

    /// <summary>The action's id; never the address or the password.</summary>
    public override string ToString() => $"ConsoleResult {{ Action = {Action.Id} }}";
}

/// <summary>An image being made.</summary>
/// <param name="Image">As it is now, usually <c>creating</c>.</param>
/// <param name="Action">The <c>create_image</c> action.</param>
public sealed record CreateImageResult(Image Image, HetznerAction Action);

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

internal sealed record RebuildAnswer(HetznerAction? Action, string? RootPassword)
{
    public RootPasswordResult ToResult(string verb) =>
        new(Action.OrMissing($"POST /servers/{{id}}/actions/{verb}", "action")) { RootPassword = RootPassword };
}

internal sealed record EnableRescueBody(string Type, IReadOnlyList<long>? SshKeys);

internal sealed record ConsoleAnswer(HetznerAction? Action, string? WssUrl, string? Password);

internal sealed record CreateImageBody(string? Description, string Type, IReadOnlyDictionary<string, string>? Labels);

internal sealed record CreateImageAnswer(Image? Image, HetznerAction? Action);

internal sealed record AttachToNetworkBody(long Network, string? Ip, IReadOnlyList<string>? AliasIps);

internal sealed record PlacementGroupBody(long PlacementGroup);

internal sealed record AttachIsoBody(string Iso);

internal sealed record ChangeTypeBody(string ServerType, bool UpgradeDisk);
