using System.Globalization;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>A node of the tailnet; read and written under the tailnet's lock.</summary>
internal sealed class Device
{
    public required long Number { get; init; }

    public required string NodeId { get; init; }

    public required string Name { get; set; }

    public required string Hostname { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<string> Tags { get; set; }

    public required bool Ephemeral { get; init; }

    public required bool Authorized { get; set; }

    public required DateTimeOffset Created { get; init; }

    public required string Key { get; init; }

    /// <summary>The server whose machine it runs on; null when it runs on none of ours.</summary>
    public required long? ServerId { get; set; }

    /// <summary>Shared in from somebody else's tailnet: seen, but not ours to change.</summary>
    public bool External { get; init; }

    /// <summary>A tagged device's key does not expire unless somebody says so.</summary>
    public bool KeyExpiryDisabled { get; set; } = true;

    /// <summary>When its key ends; null when it does not.</summary>
    public DateTimeOffset? Expires { get; set; }

    public IReadOnlyList<string> EnabledRoutes { get; set; } = [];

    public Dictionary<string, DeviceAttribute> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>When it lost its connection; null while it is connected.</summary>
    public DateTimeOffset? LastSeen { get; set; }

    public DeviceView View(bool all = false) => new(
        Addresses, Number.ToString(CultureInfo.InvariantCulture), NodeId, External ? "somebody@example.com" : "tagged-devices", Name, Hostname, "1.96.2",
        UpdateAvailable: false, "linux", External ? "" : WireTime.Text(Created), LastSeen is null, LastSeen is { } seen ? WireTime.Of(seen) : null,
        KeyExpiryDisabled, Expires is { } ends ? WireTime.Of(ends) : WireTime.None, Authorized, External, Ephemeral,
        $"mkey:{Key}", $"nodekey:{Key}", BlocksIncomingConnections: false, Tags.Count > 0 ? Tags : null, "", "",
        all ? [] : null, all ? EnabledRoutes : null, all ? new ClientConnectivity([], MappingVariesByDestIP: false) : null, all ? false : null);

    public RegisteredNode Node() => new(NodeId, Addresses, Name + ".", Hostname, Tags, LastSeen is null);
}

/// <summary>Whole seconds with a Z; "none" is the zero date.</summary>
internal static class WireTime
{
    public static DateTime None { get; } = new(1, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static DateTime Of(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }

    public static string Text(DateTimeOffset time) => Of(time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
