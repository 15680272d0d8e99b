using System.Net;
using System.Net.Sockets;

namespace Slipway.Hetzner;

/// <summary>A server's public side.</summary>
public sealed record PublicNet
{
    /// <summary>The IPv4 address; <see langword="null"/> when it has none.</summary>
    public PublicIpv4? Ipv4 { get; init; }

    /// <summary>The IPv6 network; <see langword="null"/> when it has none.</summary>
    public PublicIpv6? Ipv6 { get; init; }

    /// <summary>The ids of floating IPs that point to it.</summary>
    public IReadOnlyList<long> FloatingIps { get => field ?? []; init; }

    /// <summary>The firewalls and whether they are in force yet.</summary>
    public IReadOnlyList<ServerFirewall> Firewalls { get => field ?? []; init; }
}

/// <summary>A server's public IPv4 address.</summary>
public sealed record PublicIpv4
{
    /// <summary>The primary IP's id.</summary>
    public long? Id { get; init; }

    /// <summary>The address, such as <c>203.0.113.7</c>.</summary>
    public string Ip { get => field ?? ""; init; }

    /// <summary>Whether Hetzner's abuse team blocked it.</summary>
    public bool Blocked { get; init; }

    /// <summary>The reverse DNS name.</summary>
    public string? DnsPtr { get; init; }
}

/// <summary>A server's public IPv6 <em>network</em>.</summary>
public sealed record PublicIpv6
{
    /// <summary>The primary IP's id.</summary>
    public long? Id { get; init; }

    /// <summary>The network, such as <c>2001:db8:1:2::/64</c>. Not an address one can connect to; see <see cref="HostAddress"/>.</summary>
    public string Ip { get => field ?? ""; init; }

    /// <summary>Whether Hetzner's abuse team blocked it.</summary>
    public bool Blocked { get; init; }

    /// <summary>The reverse DNS names of addresses in the network.</summary>
    public IReadOnlyList<DnsPointer> DnsPtr { get => field ?? []; init; }

    /// <summary>
    /// The address Hetzner's images give the machine: host 1 of the network, such as <c>2001:db8:1:2::1</c>.
    /// <see langword="null"/> when <see cref="Ip"/> is no IPv6 network.
    /// </summary>
    public string? HostAddress => AddressOf(1);

    /// <summary>The address of a host in the network, in its shortest form; <see langword="null"/> when <see cref="Ip"/> is no IPv6 network.</summary>
    /// <param name="host">The last 64 bits.</param>
    public string? AddressOf(ulong host)
    {
        var network = Ip.Split('/')[0];
        if (!IPAddress.TryParse(network, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), host);
        return new IPAddress(bytes).ToString();
    }
}

/// <summary>A firewall on a server.</summary>
/// <param name="Id">The firewall's id.</param>
/// <param name="Status"><c>applied</c> or <c>pending</c>; an open set.</param>
public sealed record ServerFirewall(long Id, string? Status);

/// <summary>A server's place in a private network.</summary>
public sealed record PrivateNet
{
    /// <summary>The network's id.</summary>
    public long Network { get; init; }

    /// <summary>Its address there.</summary>
    public string Ip { get => field ?? ""; init; }

    /// <summary>Its further addresses there.</summary>
    public IReadOnlyList<string> AliasIps { get => field ?? []; init; }

    /// <summary>The interface's MAC address.</summary>
    public string MacAddress { get => field ?? ""; init; }
}
