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
    /// <summary>With what an order may leave out: a service always tells its health check, and http its cookie.</summary>
    public LoadBalancerService Completed() => this with
    {
        HealthCheck = (HealthCheck ?? new LoadBalancerHealthCheck()).Completed(DestinationPort),
        Http = Protocol == "tcp" ? null : (Http ?? new LoadBalancerHttp()).Completed(),
    };
}

internal sealed record LoadBalancerHealthCheck
{
    public string? Protocol { get; init; }

    public int? Port { get; init; }

    public int? Interval { get; init; }

    public int? Timeout { get; init; }

    public int? Retries { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoadBalancerHealthCheckHttp? Http { get; init; }

    public LoadBalancerHealthCheck Changed(LoadBalancerHealthCheck? change) => new()
    {
        Protocol = change?.Protocol ?? Protocol,
        Port = change?.Port ?? Port,
        Interval = change?.Interval ?? Interval,
        Timeout = change?.Timeout ?? Timeout,
        Retries = change?.Retries ?? Retries,
        Http = change?.Http ?? Http,
    };

    /// <summary>Nobody recorded the numbers an omitted check gets; the document's examples are taken.</summary>
    public LoadBalancerHealthCheck Completed(int? destinationPort) =>
        new LoadBalancerHealthCheck { Protocol = "tcp", Port = destinationPort, Interval = 15, Timeout = 10, Retries = 3 }.Changed(this);
}

internal sealed record LoadBalancerHealthCheckHttp(
    string? Domain, string? Path, string? Response, IReadOnlyList<string>? StatusCodes, bool? Tls);

internal sealed record LoadBalancerHttp
{
    public string? CookieName { get; init; }

    public int? CookieLifetime { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeoutIdle { get; init; }

    public IReadOnlyList<long>? Certificates { get; init; }

    public bool? RedirectHttp { get; init; }

    public bool? StickySessions { get; init; }

    public LoadBalancerHttp Changed(LoadBalancerHttp? change) => new()
    {
        CookieName = change?.CookieName ?? CookieName,
        CookieLifetime = change?.CookieLifetime ?? CookieLifetime,
        TimeoutIdle = change?.TimeoutIdle ?? TimeoutIdle,
        Certificates = change?.Certificates ?? Certificates,
        RedirectHttp = change?.RedirectHttp ?? RedirectHttp,
        StickySessions = change?.StickySessions ?? StickySessions,
    };

    public LoadBalancerHttp Completed() => new LoadBalancerHttp
    {
        CookieName = "HCLBSTICKY",
        CookieLifetime = 300,
        Certificates = [],
        RedirectHttp = false,
        StickySessions = false,
    }.Changed(this);
}

internal sealed record LoadBalancerTarget(
    string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ServerReference? Server,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SelectorReference? LabelSelector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LoadBalancerIp? Ip,
    bool? UsePrivateIp)
{
    public bool IsSame(LoadBalancerTarget other) => Type == other.Type && Server == other.Server && LabelSelector == other.LabelSelector && Ip == other.Ip;
}

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
