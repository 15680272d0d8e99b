namespace Slipway.LocalCloud.Hetzner;

/// <summary>A load balancer. A record only: nothing is balanced.</summary>
internal sealed class LoadBalancer : NamedResource
{
    public required LoadBalancerType Type { get; set; }

    public required Location Location { get; init; }

    public required LoadBalancerAlgorithm Algorithm { get; set; }

    public required string Ipv4 { get; init; }

    public required string Ipv6 { get; init; }

    public bool PublicEnabled { get; set; } = true;

    public List<LoadBalancerService> Services { get; } = [];

    public List<LoadBalancerTarget> Targets { get; } = [];

    public HashSet<Network> Networks { get; } = [];

    public Dictionary<string, string> DnsPointers { get; } = new(StringComparer.Ordinal);

    public bool Uses(long certificate) => Services.Exists(s => s.Http?.Certificates?.Contains(certificate) is true);

    public void ForgetServer(long server) => Targets.RemoveAll(t => t.Server?.Id == server);

    public void AddService(LoadBalancerService wanted)
    {
        var service = wanted.Complete();
        if (Services.Exists(s => s.ListenPort == service.ListenPort))
        {
            throw new HetznerFault(412, "source_port_already_used", "source port is already used");
        }

        Services.Add(service);
    }

    public void AddTarget(LoadBalancerTarget wanted, HetznerProject project)
    {
        var known = wanted switch
        {
            { Type: "server", Server: { } server } => project.Server(server.Id) is not null,
            { Type: "label_selector", LabelSelector: { } selector } => LabelSelector.Parse(selector.Selector) is not null,
            { Type: "ip", Ip.Ip: not null } => true,
            _ => throw HetznerFault.InvalidField("type", "Must be one of: server, label_selector, ip, with its field."),
        };
        if (known && Targets.Exists(t => t.IsSame(wanted)))
        {
            throw new HetznerFault(422, "target_already_defined", "target is already defined");
        }

        Targets.Add(wanted with { UsePrivateIp = wanted.Ip is null ? wanted.UsePrivateIp ?? false : null, HealthStatus = null, Targets = null });
        if (wanted.Server is not null)
        {
            project.Server(wanted.Server.Id).LoadBalancers.Add(Id);
        }
    }

    public void RemoveTarget(LoadBalancerTarget wanted, HetznerProject project)
    {
        if (Targets.RemoveAll(t => t.IsSame(wanted)) == 0)
        {
            throw HetznerFault.NotFound("load balancer target not found");
        }

        if (wanted.Server is { } reference && project.Servers.TryGetValue(reference.Id, out var server))
        {
            server.LoadBalancers.Remove(Id);
        }
    }

    public LoadBalancerView View(HetznerProject project) => new(
        Id, Name,
        new LoadBalancerPublicNet(
            PublicEnabled, new LoadBalancerAddress(Ipv4, DnsPointers.GetValueOrDefault(Ipv4)), new LoadBalancerAddress(Ipv6, DnsPointers.GetValueOrDefault(Ipv6))),
        Networks.Select(n => new LoadBalancerPrivateNet(n.Id, Ipv4Range.Write(n.LoadBalancers[Id]))).ToList(), Location, Type,
        new DeleteProtection(ProtectedFromDelete), Labels, Created, Services, Targets.Select(t => t.Resolve(Services, project)).ToList(), Algorithm, OutgoingTraffic: 0, IngoingTraffic: 0,
        Type.Prices.FirstOrDefault(p => p.Location == Location.Name)?.IncludedTraffic ?? 0);
}
