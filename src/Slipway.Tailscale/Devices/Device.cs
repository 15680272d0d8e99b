using System.Net;
using System.Net.Sockets;

namespace Slipway.Tailscale;

/// <summary>A device of the tailnet.</summary>
public sealed record Device
{
    /// <summary>The legacy id, a number in decimal. Prefer <see cref="NodeId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The id the device itself knows (<c>tailscale status --json</c>, <c>Self.ID</c>), e.g. <c>n5SUKe8CNTRL</c>; on Headscale the same as <see cref="Id"/>.</summary>
    public required string NodeId { get; init; }

    /// <summary>The unique name: <c>agent-1.tailnet.ts.net</c>; a bare name on Headscale. May differ from <see cref="Hostname"/> when that was taken.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the device calls itself; not unique.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The tailnet addresses, IPv4 (100.64.0.0/10) and IPv6.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The tags; empty for a device of a person.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether the device was approved.</summary>
    public bool Authorized { get; init; }

    /// <summary>Whether the device stays without ever signing in again, the usual case for tagged devices.</summary>
    public bool KeyExpiryDisabled { get; init; }

    /// <summary>When the device joined; <see langword="null"/> for devices shared from elsewhere.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it must sign in again; <see langword="null"/> when never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was last connected; <see langword="null"/> while it is.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Whether it is connected now; <see langword="null"/> where the server does not say (Headscale).</summary>
    public bool? ConnectedToControl { get; init; }

    /// <summary>Whether it is removed soon after it goes offline.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Whether it belongs to another tailnet and is only shared with this one.</summary>
    public bool IsExternal { get; init; }

    /// <summary>The person or tag owner it belongs to.</summary>
    public string? User { get; init; }

    /// <summary>The operating system, e.g. <c>linux</c>.</summary>
    public string? Os { get; init; }

    /// <summary>The version of Tailscale it runs.</summary>
    public string? ClientVersion { get; init; }

    /// <summary>Whether a newer version of Tailscale is there for it.</summary>
    public bool UpdateAvailable { get; init; }

    /// <summary>Whether it refuses all incoming connections.</summary>
    public bool BlocksIncomingConnections { get; init; }

    /// <summary>The subnets it offers; empty unless asked for with <see cref="DeviceFilter.AllFields"/>.</summary>
    public IReadOnlyList<string> AdvertisedRoutes { get; init; } = [];

    /// <summary>The subnets that are approved; empty unless asked for with <see cref="DeviceFilter.AllFields"/>.</summary>
    public IReadOnlyList<string> EnabledRoutes { get; init; } = [];

    /// <summary>The first IPv4 address, if there is one.</summary>
    public string? Ipv4 => Addresses.FirstOrDefault(a => IPAddress.TryParse(a, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>Whether this address is one of the device's, however it is written.</summary>
    /// <param name="address">An IPv4 or IPv6 address.</param>
    /// <returns><see langword="false"/> also for text that is not an address.</returns>
    public bool HasAddress(string address) =>
        IPAddress.TryParse(address, out var wanted) && Addresses.Any(a => IPAddress.TryParse(a, out var own) && own.Equals(wanted));
}
