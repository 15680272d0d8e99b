using System.Globalization;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>A node of the tailnet; read and written under the tailnet's lock.</summary>
internal sealed class Device
{
    public required long Number { get; init; }

    public required string NodeId { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required bool Ephemeral { get; init; }

    public required bool Authorized { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string Key { get; init; }

    /// <summary>The server whose machine it runs on; null when it runs on none of ours.</summary>
    public required long? ServerId { get; set; }

    /// <summary>When it lost its connection; null while it is connected.</summary>
    public DateTimeOffset? LastSeen { get; set; }

    public DeviceView View() => new(
        Addresses, Number.ToString(CultureInfo.InvariantCulture), NodeId, "tagged-devices", Name, Hostname, "1.96.2", UpdateAvailable: false, "linux", WireTime.Of(Created),
        LastSeen is null, LastSeen is { } seen ? WireTime.Of(seen) : null, KeyExpiryDisabled: true, WireTime.None, Authorized, IsExternal: false, Ephemeral,
        $"mkey:{Key}", $"nodekey:{Key}", BlocksIncomingConnections: false, Tags, "", "");

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
}
