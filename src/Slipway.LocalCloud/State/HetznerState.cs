using Slipway.LocalCloud.Hetzner;

namespace Slipway.LocalCloud.State;

/// <summary>The project. Each list is in the order the API tells it, which a restart must not change.</summary>
internal sealed record HetznerState(
    long LastServer, long LastAction, long LastOther, int LastIpv6, RateLimitLevel RateLimit, LimitsState? Limits,
    IReadOnlyList<CapacityStatement> Capacity, IReadOnlyList<long> Machines, IReadOnlyList<HetznerAction> Actions, IReadOnlyList<SshKey> SshKeys,
    IReadOnlyList<Image> Images, IReadOnlyList<FirewallState> Firewalls, IReadOnlyList<PlacementGroupState> PlacementGroups,
    IReadOnlyList<NetworkState> Networks, IReadOnlyList<CertificateState> Certificates, IReadOnlyList<ServerState> Servers,
    IReadOnlyList<PrimaryIpState> PrimaryIps, IReadOnlyList<VolumeState> Volumes, IReadOnlyList<FloatingIpState> FloatingIps,
    IReadOnlyList<LoadBalancerState> LoadBalancers);

/// <summary>Limits that were set over the side channel; without, the options' count.</summary>
internal sealed record LimitsState(int? Servers, int? PrimaryIps);

internal sealed record RateLimitLevel(double Level, DateTimeOffset AsOf);

internal sealed record CapacityStatement(string Type, string Location, CapacityState State);

/// <summary>What every <see cref="NamedResource"/> has.</summary>
internal sealed record NamedState(long Id, string Name, DateTimeOffset Created, IReadOnlyDictionary<string, string> Labels, bool Protected)
{
    public static NamedState Of(NamedResource r) => new(r.Id, r.Name, r.Created, r.Labels, r.ProtectedFromDelete);
}

internal sealed record FirewallState(
    long Id, string Name, DateTimeOffset Created, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<FirewallRule> Rules, IReadOnlyList<long> Servers,
    IReadOnlyList<string> Selectors)
{
    public static FirewallState Of(Firewall f) => new(f.Id, f.Name, f.Created, f.Labels, f.Rules, [.. f.Servers], [.. f.Selectors]);

    public Firewall Restore()
    {
        var firewall = new Firewall { Id = Id, Name = Name, Created = Created, Labels = Labels, Rules = Rules };
        firewall.Servers.UnionWith(Servers);
        firewall.Selectors.AddRange(Selectors);
        return firewall;
    }
}

internal sealed record PlacementGroupState(
    long Id, string Name, string Type, DateTimeOffset Created, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<long> Servers)
{
    public static PlacementGroupState Of(PlacementGroup g) => new(g.Id, g.Name, g.Type, g.Created, g.Labels, g.View().Servers);

    public PlacementGroup Restore() => new() { Id = Id, Name = Name, Type = Type, Created = Created, Labels = Labels };
}

internal sealed record SubnetState(string Type, string Range, string NetworkZone, long? VswitchId);

internal sealed record NetworkState(
    NamedState Named, string Range, IReadOnlyList<SubnetState> Subnets, IReadOnlyList<NetworkRoute> Routes, bool ExposesRoutes,
    IReadOnlyDictionary<long, uint> LoadBalancers)
{
    public static NetworkState Of(Network n) => new(
        NamedState.Of(n), n.Range.ToString(), n.Subnets.ConvertAll(s => new SubnetState(s.Type, s.Range.ToString(), s.NetworkZone, s.VswitchId)), [.. n.Routes],
        n.ExposesRoutes, new Dictionary<long, uint>(n.LoadBalancers));

    public Network Restore()
    {
        var network = new Network
        {
            Id = Named.Id,
            Name = Named.Name,
            Created = Named.Created,
            Labels = Named.Labels,
            ProtectedFromDelete = Named.Protected,
            Range = Ipv4Range.TryParse(Range)!.Value,
            ExposesRoutes = ExposesRoutes,
        };
        network.Subnets.AddRange(Subnets.Select(s => new Subnet(s.Type, Ipv4Range.TryParse(s.Range)!.Value, s.NetworkZone, s.VswitchId)));
        network.Routes.AddRange(Routes);
        foreach (var (balancer, address) in LoadBalancers)
        {
            network.LoadBalancers.Add(balancer, address);
        }

        return network;
    }
}

internal sealed record CertificateState(
    NamedState Named, string? Pem, DateTimeOffset? NotValidBefore, DateTimeOffset? NotValidAfter, IReadOnlyList<string> DomainNames, string? Fingerprint)
{
    public static CertificateState Of(Certificate c) => new(NamedState.Of(c), c.Pem, c.NotValidBefore, c.NotValidAfter, c.DomainNames, c.Fingerprint);

    public Certificate Restore() => new()
    {
        Id = Named.Id,
        Name = Named.Name,
        Created = Named.Created,
        Labels = Named.Labels,
        ProtectedFromDelete = Named.Protected,
        Pem = Pem,
        NotValidBefore = NotValidBefore,
        NotValidAfter = NotValidAfter,
        DomainNames = DomainNames,
        Fingerprint = Fingerprint,
    };
}

internal sealed record AttachmentState(long Network, SubnetState Subnet, uint Address, long Number, IReadOnlyList<string> AliasIps);

internal sealed record ServerFirewallState(long Id, string Status);

internal sealed record ServerState(
    long Id, string Name, DateTimeOffset Created, string Type, string Location, Image Image, string? UserData, IReadOnlyList<string> AuthorizedKeys, int DiskSize,
    IReadOnlyList<AttachmentState> Networks, IReadOnlyList<long> Volumes, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<ServerFirewallState> Firewalls,
    string Status, long? Iso, string? BackupWindow, RescueSystem? Rescue, IReadOnlyList<DateTimeOffset> PowerSwitches, bool Protected);

internal sealed record PrimaryIpState(
    NamedState Named, string Type, string Ip, string Location, bool AutoDelete, long? Server, IReadOnlyDictionary<string, string> DnsPointers);

internal sealed record VolumeState(NamedState Named, int Size, string Location, string? Format, string Status, long? Server);

internal sealed record FloatingIpState(
    NamedState Named, string Type, string Ip, string Location, string? Description, long? Server, IReadOnlyDictionary<string, string> DnsPointers);

internal sealed record LoadBalancerState(
    NamedState Named, string Type, string Location, LoadBalancerAlgorithm Algorithm, string Ipv4, string Ipv6, bool PublicEnabled,
    IReadOnlyList<LoadBalancerService> Services, IReadOnlyList<LoadBalancerTarget> Targets, IReadOnlyList<long> Networks,
    IReadOnlyDictionary<string, string> DnsPointers);
