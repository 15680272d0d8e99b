namespace Slipway.LocalCloud.Hetzner;

/// <summary>A private network: its range, the subnets servers get addresses from, and who is in it.</summary>
internal sealed class Network : NamedResource
{
    public required Ipv4Range Range { get; set; }

    public List<Subnet> Subnets { get; } = [];

    public List<NetworkRoute> Routes { get; } = [];

    public bool ExposesRoutes { get; set; }

    /// <summary>Addresses of load balancers, by load balancer.</summary>
    public Dictionary<long, uint> LoadBalancers { get; } = [];

    /// <summary>Hetzner's own.</summary>
    public uint Gateway => Range.First + 1;

    public void AddSubnet(CreateSubnet wanted)
    {
        if (wanted.Type is not ("cloud" or "server" or "vswitch"))
        {
            throw HetznerFault.InvalidField("type", "Must be one of: cloud, server, vswitch.");
        }

        if (wanted.NetworkZone is not ("eu-central" or "us-east" or "us-west" or "ap-southeast"))
        {
            throw HetznerFault.InvalidField("network_zone", "Unknown network zone.");
        }

        var range = wanted.IpRange is null ? FirstFree() : Ipv4Range.TryParse(wanted.IpRange);
        if (range is not { Prefix: <= 30 } subnet || !Range.Contains(subnet) || Subnets.Exists(s => s.Range.Overlaps(subnet)))
        {
            throw HetznerFault.InvalidField("ip_range", "Must be a free part of the network's range, at least a /30.");
        }

        Subnets.Add(new Subnet(wanted.Type, subnet, wanted.NetworkZone, wanted.VswitchId));
    }

    public void AddRoute(NetworkRoute route)
    {
        if (Ipv4Range.TryParse(route.Destination) is not { } destination || Range.Contains(destination)
            || Routes.Exists(r => Ipv4Range.TryParse(r.Destination)!.Value.Overlaps(destination)))
        {
            throw HetznerFault.InvalidField("destination", "Must be a range outside of the network that no other route has.");
        }

        if (Ipv4Range.TryParseAddress(route.Gateway) is not { } gateway || !Range.Contains(gateway) || gateway == Gateway)
        {
            throw HetznerFault.InvalidField("gateway", "Must be an address of the network, but not its first.");
        }

        Routes.Add(route);
    }

    /// <summary>Refuses a new server whose other networks overlap, or for which there is no address.</summary>
    public void RequireRoomFor(Server server, IReadOnlyList<Network> others, HetznerProject project)
    {
        RequireJoinable(server, others.Where(n => n != this));
        Choose(server.Location.NetworkZone, null, null, project);
    }

    public void RequireJoinable(Server server, IEnumerable<Network> others)
    {
        if (server.Networks.Exists(n => n.Network == this))
        {
            throw new HetznerFault(422, "server_already_attached", "server is already attached to the network");
        }

        if (others.Any(n => n.Range.Overlaps(Range)))
        {
            throw new HetznerFault(422, "networks_overlap", "network IP range overlaps with one of the server networks");
        }
    }

    public NetworkAttachment Attach(
        Server server, HetznerProject project, string? ip = null, string? ipRange = null, IReadOnlyList<string>? aliasIps = null)
    {
        var (address, subnet) = Choose(server.Location.NetworkZone, ip, ipRange, project);
        var attachment = new NetworkAttachment(this, subnet, address, project.NextId());
        attachment.AliasIps = CheckAliases(aliasIps ?? [], attachment, project);
        server.Networks.Add(attachment);
        return attachment;
    }

    /// <summary>An address of a subnet in the zone: the one asked for, or the first that is free.</summary>
    public (uint Address, Subnet Subnet) Choose(string zone, string? ip, string? ipRange, HetznerProject project)
    {
        var subnets = Subnets.Where(s => s.NetworkZone == zone && (ipRange is null || s.Range.ToString() == ipRange)).ToList();
        var used = UsedBy(project);
        if (ip is not null)
        {
            return Ipv4Range.TryParseAddress(ip) is { } wanted && subnets.Find(s => s.Range.Contains(wanted)) is { } subnet && IsFree(wanted, subnet, used)
                ? (wanted, subnet)
                : throw NotAvailable();
        }

        foreach (var subnet in subnets.Where(s => s.Type != "vswitch"))
        {
            for (var address = subnet.Range.First + 1; address < subnet.Range.Last; address++)
            {
                if (IsFree(address, subnet, used))
                {
                    return (address, subnet);
                }
            }
        }

        throw new HetznerFault(422, "no_subnet_available", "no subnet or IP is available for the server within the network");
    }

    public IReadOnlyList<string> CheckAliases(IReadOnlyList<string> aliases, NetworkAttachment of, HetznerProject project)
    {
        var used = UsedBy(project, except: of);
        used.Add(of.Address);
        foreach (var alias in aliases)
        {
            if (Ipv4Range.TryParseAddress(alias) is not { } address || Subnets.Find(s => s.Range.Contains(address)) is not { } subnet
                || !IsFree(address, subnet, used) || !used.Add(address))
            {
                throw NotAvailable();
            }
        }

        return aliases;
    }

    public bool Uses(Subnet subnet, HetznerProject project) => UsedBy(project).Any(subnet.Range.Contains);

    public NetworkView View(HetznerProject project) => new(
        Id, Name, Range.ToString(), Subnets.ConvertAll(s => s.View(Ipv4Range.Write(Gateway))), Routes,
        project.Servers.Values.Where(s => s.Networks.Exists(n => n.Network == this)).Select(s => s.Id).ToList(), LoadBalancers.Keys.ToList(),
        new DeleteProtection(ProtectedFromDelete), Labels, Created, ExposesRoutes);

    private HashSet<uint> UsedBy(HetznerProject project, NetworkAttachment? except = null)
    {
        var attachments = project.Servers.Values.SelectMany(s => s.Networks).Where(n => n.Network == this && n != except);
        var all = attachments.SelectMany(n => n.AliasIps.Select(a => Ipv4Range.TryParseAddress(a)!.Value).Append(n.Address));
        return [.. all, .. LoadBalancers.Values];
    }

    private bool IsFree(uint address, Subnet subnet, HashSet<uint> used) =>
        address != Gateway && address > subnet.Range.First && address < subnet.Range.Last && !used.Contains(address);

    private Ipv4Range? FirstFree()
    {
        for (var first = (long)Range.First; first <= Range.Last; first += 256)
        {
            var range = new Ipv4Range((uint)first, 24);
            if (!Subnets.Exists(s => s.Range.Overlaps(range)))
            {
                return range;
            }
        }

        return null;
    }

    private static HetznerFault NotAvailable() => new(422, "ip_not_available", "the provided network IP is not available");
}

internal sealed record Subnet(string Type, Ipv4Range Range, string NetworkZone, long? VswitchId)
{
    public SubnetView View(string gateway) => new(Type, Range.ToString(), NetworkZone, gateway, VswitchId);
}
