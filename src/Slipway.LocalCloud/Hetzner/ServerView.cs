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
    public static ServerView Of(Server server, Capacity capacity) => Of(server, capacity, capacity.Describe(server.Type));

    /// <summary>A list of them, each type described once.</summary>
    public static IReadOnlyList<ServerView> Of(IReadOnlyList<Server> servers, Capacity capacity)
    {
        var types = servers.Select(s => s.Type).Distinct().ToDictionary(t => t, capacity.Describe);
        return servers.Select(s => Of(s, capacity, types[s.Type])).ToList();
    }

    private static ServerView Of(Server server, Capacity capacity, ServerType type) => new(
        server.Id, server.Name, server.Status, server.Created, NetOf(server), server.Networks.ConvertAll(n => n.View()), type, server.Location,
        server.Image, server.Iso, server.Rescue is not null, server.Locks > 0, server.BackupWindow, OutgoingTraffic: 0, IngoingTraffic: 0,
        server.Type.Prices.FirstOrDefault(p => p.Location == server.Location.Name)?.IncludedTraffic,
        new ServerProtection(server.ProtectedFromDelete, server.ProtectedFromRebuild), server.Labels, server.Volumes.ConvertAll(v => v.Id),
        server.LoadBalancers.Order().ToList(), server.DiskSize,
        server.PlacementGroup?.View(), capacity.DatacenterOfServerIn(server.Location));

    /// <summary>The address a reverse name may be for, or null when the server has no such address.</summary>
    public static IPAddress? AddressOf(Server server, string ip) => IPAddress.TryParse(ip, out var address)
        && (address.ToString() == server.Ipv4 || (server.PrimaryIpv6 is { } network && IPNetwork.Parse(network.Ip).Contains(address)))
            ? address
            : null;

    private static PublicNet NetOf(Server server) => new(
        server.PrimaryIpv4 is { } v4 ? new Ipv4(v4.Id, v4.Ip, Blocked: false, v4.Pointers[0].DnsPtr) : null,
        server.PrimaryIpv6 is { } v6 ? new Ipv6(v6.Id, v6.Ip, Blocked: false, v6.Pointers) : null,
        server.FloatingIps.Order().ToList(),
        server.Firewalls.Select(f => new ServerFirewall(f.Key, f.Value)).ToList());
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
