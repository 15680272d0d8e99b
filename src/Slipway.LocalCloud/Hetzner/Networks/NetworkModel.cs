namespace Slipway.LocalCloud.Hetzner;

internal sealed record NetworkView(
    long Id, string Name, string IpRange, IReadOnlyList<SubnetView> Subnets, IReadOnlyList<NetworkRoute> Routes, IReadOnlyList<long> Servers,
    IReadOnlyList<long> LoadBalancers, DeleteProtection Protection, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created,
    bool ExposeRoutesToVswitch);

internal sealed record SubnetView(string Type, string IpRange, string NetworkZone, string Gateway, long? VswitchId);

internal sealed record NetworkRoute(string? Destination, string? Gateway);

/// <summary>Also a delete's body, which has the range only.</summary>
internal sealed record CreateSubnet(string? Type, string? IpRange, string? NetworkZone, long? VswitchId);

internal sealed record CreateNetwork(
    string? Name, string? IpRange, Dictionary<string, string>? Labels, List<CreateSubnet>? Subnets, List<NetworkRoute>? Routes,
    bool? ExposeRoutesToVswitch);

internal sealed record ChangeIpRange(string? IpRange);

internal sealed record AttachToNetwork(long? Network, string? Ip, string? IpRange, List<string>? AliasIps);

internal sealed record ChangeAliasIps(long? Network, List<string>? AliasIps);

internal sealed record NetworkAnswer(NetworkView Network);

internal sealed record NetworksAnswer(IReadOnlyList<NetworkView> Networks, ListMeta Meta);
