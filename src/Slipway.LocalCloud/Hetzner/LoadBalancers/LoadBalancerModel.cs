using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record LoadBalancerType(
    long Id, string Name, string Description, int MaxConnections, int MaxServices, int MaxTargets, int MaxAssignedCertificates,
    string? Deprecated, IReadOnlyList<ServerTypePrice> Prices)
{
    /// <summary>Prices have the right shape and made-up amounts.</summary>
    public static IReadOnlyList<LoadBalancerType> All(Catalog catalog) =>
    [
        Of(catalog, 1, "lb11", 10_000, 5, 25, 10, 5.39m),
        Of(catalog, 2, "lb21", 20_000, 15, 75, 25, 16.40m),
        Of(catalog, 3, "lb31", 40_000, 30, 150, 50, 32.90m),
    ];

    private static LoadBalancerType Of(
        Catalog catalog, long id, string name, int connections, int services, int targets, int certificates, decimal monthly) => new(
        id, name, name.ToUpperInvariant(), connections, services, targets, certificates, Deprecated: null,
        catalog.Locations.Select(l => new ServerTypePrice(
            l.Name, Catalog.Price(monthly / 624), Catalog.Price(monthly), 21_990_232_555_520, Catalog.Price(1))).ToList());
}

internal sealed record LoadBalancerAlgorithm(string? Type)
{
    public LoadBalancerAlgorithm Checked() => Type is "round_robin" or "least_connections"
        ? this
        : throw HetznerFault.InvalidField("type", "Must be one of: round_robin, least_connections.");
}

internal sealed record LoadBalancerService(
    string? Protocol, int? ListenPort, int? DestinationPort, bool? Proxyprotocol, LoadBalancerHealthCheck? HealthCheck,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LoadBalancerHttp? Http)
{
    /// <summary>What an order leaves open is what Hetzner takes for it; what cannot be is refused.</summary>
    public LoadBalancerService Complete()
    {
        if (Protocol is not ("tcp" or "http" or "https"))
        {
            throw HetznerFault.InvalidField("protocol", "Must be one of: tcp, http, https.");
        }

        if (HealthCheck?.Protocol is not (null or "tcp" or "http"))
        {
            throw HetznerFault.InvalidField("health_check.protocol", "Must be one of: tcp, http.");
        }

        var listen = ListenPort ?? (Protocol == "https" ? 443 : 80);
        if (listen is < 1 or > 65535)
        {
            throw HetznerFault.InvalidField("listen_port", "Must be between 1 and 65535.");
        }

        var destination = DestinationPort ?? (Protocol == "tcp" ? listen : 80);
        return this with
        {
            ListenPort = listen,
            DestinationPort = destination,
            Proxyprotocol = Proxyprotocol ?? false,
            HealthCheck = (HealthCheck ?? new LoadBalancerHealthCheck(null, null, null, null, null, null)).Complete(destination),
            Http = Protocol == "tcp" ? null : (Http ?? new LoadBalancerHttp(null, null, null, null, null, null)).Complete(Protocol == "https"),
        };
    }
}

internal sealed record LoadBalancerHealthCheck(
    string? Protocol, int? Port, int? Interval, int? Timeout, int? Retries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LoadBalancerHttpCheck? Http)
{
    /// <summary>A change of some of it.</summary>
    public LoadBalancerHealthCheck Over(LoadBalancerHealthCheck old) => new(
        Protocol ?? old.Protocol, Port ?? old.Port, Interval ?? old.Interval, Timeout ?? old.Timeout, Retries ?? old.Retries, Http ?? old.Http);

    /// <summary>Nobody recorded the numbers an omitted check gets; the document's examples are taken.</summary>
    public LoadBalancerHealthCheck Complete(int port) => this with
    {
        Protocol = Protocol ?? "tcp",
        Port = Port ?? port,
        Interval = Interval ?? 15,
        Timeout = Timeout ?? 10,
        Retries = Retries ?? 3,
        Http = Protocol == "http" ? (Http ?? new LoadBalancerHttpCheck(null, null, null, null, null)).Complete() : null,
    };
}

internal sealed record LoadBalancerHttpCheck(string? Domain, string? Path, string? Response, IReadOnlyList<string>? StatusCodes, bool? Tls)
{
    public LoadBalancerHttpCheck Complete() => new(Domain, Path ?? "/", Response ?? "", StatusCodes ?? ["2??", "3??"], Tls ?? false);
}

internal sealed record LoadBalancerHttp(
    string? CookieName, int? CookieLifetime, int? TimeoutIdle,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Certificates,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? RedirectHttp,
    bool? StickySessions)
{
    /// <summary>A change of some of it.</summary>
    public LoadBalancerHttp Over(LoadBalancerHttp old) => new(
        CookieName ?? old.CookieName, CookieLifetime ?? old.CookieLifetime, TimeoutIdle ?? old.TimeoutIdle, Certificates ?? old.Certificates,
        RedirectHttp ?? old.RedirectHttp, StickySessions ?? old.StickySessions);

    public LoadBalancerHttp Complete(bool encrypted) => new(
        CookieName ?? "HCLBSTICKY", CookieLifetime ?? 300, TimeoutIdle ?? 50, encrypted ? Certificates ?? [] : null,
        encrypted ? RedirectHttp ?? false : null, StickySessions ?? false);
}

internal sealed record LoadBalancerTarget(
    string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ServerReference? Server,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SelectorReference? LabelSelector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LoadBalancerIp? Ip,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? UsePrivateIp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LoadBalancerHealth>? HealthStatus = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LoadBalancerTarget>? Targets = null)
{
    /// <summary>As it is told: with the servers a selector means now. Nothing is balanced, so nobody knows how anything is.</summary>
    public LoadBalancerTarget Resolve(IReadOnlyList<LoadBalancerService> services, HetznerProject project)
    {
        var health = services.Select(s => new LoadBalancerHealth(s.ListenPort ?? 0, "unknown")).ToList();
        return LabelSelector is null
            ? this with { HealthStatus = health }
            : this with
            {
                Targets = project.Servers.Values.Where(s => Hetzner.LabelSelector.Parse(LabelSelector.Selector).Matches(s.Labels))
                    .Select(s => new LoadBalancerTarget("server", new ServerReference(s.Id), LabelSelector: null, Ip: null, UsePrivateIp, health)).ToList(),
            };
    }

    public bool IsSame(LoadBalancerTarget other) => Type == other.Type && Server == other.Server && LabelSelector == other.LabelSelector && Ip == other.Ip;
}

internal sealed record LoadBalancerHealth(int ListenPort, string Status);

internal sealed record LoadBalancerIp(string Ip);

internal sealed record LoadBalancerAddress(string? Ip, string? DnsPtr);

internal sealed record LoadBalancerPublicNet(bool Enabled, LoadBalancerAddress Ipv4, LoadBalancerAddress Ipv6);

internal sealed record LoadBalancerPrivateNet(long Network, string Ip);

internal sealed record LoadBalancerView(
    long Id, string Name, LoadBalancerPublicNet PublicNet, IReadOnlyList<LoadBalancerPrivateNet> PrivateNet, Location Location,
    LoadBalancerType LoadBalancerType, DeleteProtection Protection, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created,
    IReadOnlyList<LoadBalancerService> Services, IReadOnlyList<LoadBalancerTarget> Targets, LoadBalancerAlgorithm Algorithm,
    long OutgoingTraffic, long IngoingTraffic, long IncludedTraffic);

internal sealed record CreateLoadBalancer(
    string? Name, IdOrName? LoadBalancerType, LoadBalancerAlgorithm? Algorithm, List<LoadBalancerService>? Services,
    List<LoadBalancerTarget>? Targets, IdOrName? Location, string? NetworkZone, bool? PublicInterface, long? Network,
    Dictionary<string, string>? Labels);

internal sealed record ChangeLoadBalancerType(IdOrName? LoadBalancerType);

internal sealed record DeleteLoadBalancerService(int? ListenPort);

internal sealed record LoadBalancerTypeAnswer(LoadBalancerType LoadBalancerType);

internal sealed record LoadBalancerTypesAnswer(IReadOnlyList<LoadBalancerType> LoadBalancerTypes, ListMeta Meta);

internal sealed record LoadBalancerAnswer(LoadBalancerView LoadBalancer);

internal sealed record CreateLoadBalancerAnswer(LoadBalancerView LoadBalancer, HetznerAction Action);

internal sealed record LoadBalancersAnswer(IReadOnlyList<LoadBalancerView> LoadBalancers, ListMeta Meta);
