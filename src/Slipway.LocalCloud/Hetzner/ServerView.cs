using System.Net;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record ServerView(
    long Id, string Name, string Status, DateTimeOffset Created, PublicNet PublicNet, IReadOnlyList<PrivateNet> PrivateNet,
    ServerType ServerType, Location Location, Image Image, Iso? Iso, bool RescueEnabled, bool Locked, string? BackupWindow,
    long? OutgoingTraffic, long? IngoingTraffic, long? IncludedTraffic, ServerProtection Protection,
    IReadOnlyDictionary<string, string> Labels, IReadOnlyList<long> Volumes, IReadOnlyList<long> LoadBalancers,
    int PrimaryDiskSize, PlacementGroupView? PlacementGroup,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Datacenter? Datacenter)
{
    public static ServerView Of(Server server, Capacity capacity) => new(
        server.Id, server.Name, server.Status, server.Created, NetOf(server), [], capacity.Describe(server.Type), server.Location,
        server.Image, server.Iso, server.Rescue is not null, server.Locks > 0, server.BackupWindow, OutgoingTraffic: 0, IngoingTraffic: 0,
        server.Type.Prices.FirstOrDefault(p => p.Location == server.Location.Name)?.IncludedTraffic,
        new ServerProtection(server.ProtectedFromDelete, server.ProtectedFromRebuild), server.Labels, [], [], server.DiskSize,
        server.PlacementGroup?.View(), capacity.DatacenterOfServerIn(server.Location));

    /// <summary>The address a reverse name may be for, or null when the server has no such address.</summary>
    public static IPAddress? AddressOf(Server server, string ip) => IPAddress.TryParse(ip, out var address)
        && (address.ToString() == (server.HasIpv4 ? server.Ipv4 : null)
            || (server.HasIpv6 && IPNetwork.Parse(Ipv6Of(server) + "/64").Contains(address)))
            ? address
            : null;

    private static string Ipv6Of(Server server) => $"2001:db8:{server.Id >> 16 & 0xffff:x}:{server.Id & 0xffff:x}::";

    private static PublicNet NetOf(Server server)
    {
        return new PublicNet(
            server.HasIpv4 && server.Ipv4 is { } ip
                ? new Ipv4(server.Id * 2, ip, Blocked: false, server.DnsPointers.GetValueOrDefault(
                    ip, $"static.{string.Join('.', ip.Split('.').Reverse())}.clients.example.com"))
                : null,
            server.HasIpv6 ? new Ipv6(
                    server.Id * 2 + 1, Ipv6Of(server) + "/64", Blocked: false,
                    server.DnsPointers.Where(p => p.Key.Contains(':', StringComparison.Ordinal))
                        .Select(p => new DnsPointer(p.Key, p.Value)).ToList())
                : null,
            [],
            server.Firewalls.Select(f => new ServerFirewall(f.Key, f.Value)).ToList());
    }
}

internal sealed record PublicNet(
    Ipv4? Ipv4, Ipv6? Ipv6, IReadOnlyList<long> FloatingIps, IReadOnlyList<ServerFirewall> Firewalls);

internal sealed record Ipv4(long Id, string Ip, bool Blocked, string DnsPtr);

internal sealed record Ipv6(long Id, string Ip, bool Blocked, IReadOnlyList<DnsPointer> DnsPtr);

internal sealed record DnsPointer(string Ip, string DnsPtr);

internal sealed record ServerFirewall(long Id, string Status);

internal sealed record PrivateNet(long Network, string Ip, IReadOnlyList<string> AliasIps, string MacAddress);

internal sealed record ServerProtection(bool Delete, bool Rebuild);

internal sealed record ServerAnswer(ServerView Server);

internal sealed record ServersAnswer(IReadOnlyList<ServerView> Servers, ListMeta Meta);

internal sealed record CreateServerAnswer(
    ServerView Server, HetznerAction Action, IReadOnlyList<HetznerAction> NextActions, string? RootPassword);

internal sealed record RebuildAnswer(HetznerAction Action, string? RootPassword);
