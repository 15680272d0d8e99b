namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Where real machines live on this computer, and what of it they may reach.</summary>
public sealed class NspawnOptions
{
    /// <summary>Disks and consoles of machines; one directory per running LocalCloud, gone when it ends.</summary>
    public string StateDirectory { get; init; } = "/var/lib/slipway-local";

    /// <summary>Where disks, volumes and snapshots are kept that outlive this process; null keeps none.</summary>
    public string? KeepIn { get; init; }

    /// <summary>The bridge's number, when machines of an earlier process still have its addresses; null takes any that is free.</summary>
    public int? SubnetOctet { get; init; }

    /// <summary>The image machines boot from: built once, shared by every LocalCloud on this computer.</summary>
    public string ImageCacheDirectory { get; init; } = "/var/cache/slipway-local";

    /// <summary>A Debian mirror for the image, or null for what mmdebstrap uses by itself.</summary>
    public string? Mirror { get; init; }

    /// <summary>Loopback ports of this computer that machines reach, under the same number, at <see cref="NspawnDriver.HostAddress"/>.</summary>
    public IReadOnlyList<int> ExposedPorts { get; init; } = [];

    /// <summary>
    /// LocalCloud's own base URL, for <c>tailscale up</c> in a machine. A loopback URL is rewritten to the address machines
    /// see and its port is exposed, so that LocalCloud can name the URL it listens on before it knows its bridge.
    /// </summary>
    public Uri? ControlUrl { get; init; }
}
