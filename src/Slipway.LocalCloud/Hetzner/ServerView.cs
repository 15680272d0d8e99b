namespace Slipway.LocalCloud.Hetzner;

internal sealed record ServerView(
    long Id, string Name, string Status, DateTimeOffset Created, PublicNet PublicNet, IReadOnlyList<PrivateNet> PrivateNet,
    ServerType ServerType, Location Location, Image Image, string? Iso, bool RescueEnabled, bool Locked, string? BackupWindow,
    long? OutgoingTraffic, long? IngoingTraffic, long? IncludedTraffic, ServerProtection Protection,
    IReadOnlyDictionary<string, string> Labels, IReadOnlyList<long> Volumes, IReadOnlyList<long> LoadBalancers,
    int PrimaryDiskSize, string? PlacementGroup)
{
    public static ServerView Of(Server server, Capacity capacity) => new(
        server.Id, server.Name, server.Status, server.Created, NetOf(server), [], capacity.Describe(server.Type), server.Location,
        server.Image, Iso: null, RescueEnabled: false, server.Locks > 0, BackupWindow: null, OutgoingTraffic: 0, IngoingTraffic: 0,
        server.Type.Prices.FirstOrDefault(p => p.Location == server.Location.Name)?.IncludedTraffic,
        new ServerProtection(server.ProtectedFromDelete, server.ProtectedFromRebuild), server.Labels, [], [], server.Type.Disk,
        PlacementGroup: null);

    private static PublicNet NetOf(Server server)
    {
        var ipv6 = $"2001:db8:{server.Id >> 16 & 0xffff:x}:{server.Id & 0xffff:x}::";
        return new PublicNet(
            server.HasIpv4 && server.Ipv4 is { } ip
                ? new Ipv4(server.Id * 2, ip, Blocked: false, $"static.{string.Join('.', ip.Split('.').Reverse())}.clients.example.com")
                : null,
            server.HasIpv6 ? new Ipv6(server.Id * 2 + 1, ipv6 + "/64", Blocked: false, []) : null,
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
