using Slipway.LocalCloud.Hetzner;

namespace Slipway.LocalCloud.State;

/// <summary>Takes the project as it is, and makes it so again. What its actions were doing is <see cref="Resumption"/>'s.</summary>
internal sealed class HetznerKeeper(
    HetznerProject project, Catalog catalog, Capacity capacity, ProjectLimits limits, RateLimit rateLimit, PrimaryIpPool primaryIps, ServerLifecycle lifecycle)
{
    public HetznerState Keep()
    {
        lock (project.Gate)
        {
            var (server, action, other) = project.LastIds;
            return new HetznerState(
                server, action, other, primaryIps.LastNetwork, rateLimit.Level, limits.Kept, capacity.Statements, lifecycle.Machines,
                [.. project.Actions.Values], [.. project.SshKeys.Values], [.. project.Images.Values], [.. project.Firewalls.Values.Select(FirewallState.Of)],
                [.. project.PlacementGroups.Values.Select(PlacementGroupState.Of)], [.. project.Networks.Values.Select(NetworkState.Of)],
                [.. project.Certificates.Values.Select(CertificateState.Of)], [.. project.Servers.Values.Select(Keep)],
                [.. project.PrimaryIps.Values.Select(i => new PrimaryIpState(
                    NamedState.Of(i), i.Type, i.Ip, i.Location.Name, i.AutoDelete, i.Server?.Id, new Dictionary<string, string>(i.DnsPointers)))],
                [.. project.Volumes.Values.Select(v => new VolumeState(NamedState.Of(v), v.Size, v.Location.Name, v.Format, v.Status, v.Server?.Id))],
                [.. project.FloatingIps.Values.Select(i => new FloatingIpState(
                    NamedState.Of(i), i.Type, i.Ip, i.HomeLocation.Name, i.Description, i.Server?.Id, new Dictionary<string, string>(i.DnsPointers)))],
                [.. project.LoadBalancers.Values.Select(b => new LoadBalancerState(
                    NamedState.Of(b), b.Type.Name, b.Location.Name, b.Algorithm, b.Ipv4, b.Ipv6, b.PublicEnabled, [.. b.Services], [.. b.Targets],
                    [.. b.Networks.Select(n => n.Id)], new Dictionary<string, string>(b.DnsPointers)))]);
        }
    }

    /// <summary>Fills an empty project.</summary>
    /// <exception cref="LocalCloudOptionsException">It has something the options or this version do not offer.</exception>
    public void Restore(HetznerState state)
    {
        lock (project.Gate)
        {
            project.LastIds = (state.LastServer, state.LastAction, state.LastOther);
            primaryIps.LastNetwork = state.LastIpv6;
            rateLimit.Level = state.RateLimit;
            if (state.Limits is { } set)
            {
                (limits.Servers, limits.PrimaryIps) = (set.Servers, set.PrimaryIps);
            }

            foreach (var statement in state.Capacity)
            {
                capacity.Set(statement.Type, statement.Location, statement.State);
            }

            foreach (var action in state.Actions)
            {
                project.Keep(action);
            }

            Fill(project.SshKeys, state.SshKeys, k => k.Id);
            Fill(project.Images, state.Images, i => i.Id);
            Fill(project.Firewalls, state.Firewalls.Select(f => f.Restore()), f => f.Id);
            Fill(project.PlacementGroups, state.PlacementGroups.Select(g => g.Restore()), g => g.Id);
            Fill(project.Networks, state.Networks.Select(n => n.Restore()), n => n.Id);
            Fill(project.Certificates, state.Certificates.Select(c => c.Restore()), c => c.Id);
            foreach (var server in state.Servers)
            {
                project.Add(Restore(server));
            }

            Fill(project.PrimaryIps, state.PrimaryIps.Select(Restore), i => i.Id);
            Fill(project.Volumes, state.Volumes.Select(Restore), v => v.Id);
            Fill(project.FloatingIps, state.FloatingIps.Select(Restore), i => i.Id);
            Fill(project.LoadBalancers, state.LoadBalancers.Select(Restore), b => b.Id);
            foreach (var server in state.Servers)
            {
                project.Servers[server.Id].Volumes.AddRange(server.Volumes.Select(project.Volume));
            }

            foreach (var group in state.PlacementGroups)
            {
                group.Servers.ToList().ForEach(s => project.PlacementGroups[group.Id].Add(project.Servers[s]));
            }

            lifecycle.Keep(state.Machines);
        }
    }

    private static ServerState Keep(Server s) => new(
        s.Id, s.Name, s.Created, s.Type.Name, s.Location.Name, s.Image, s.UserData, s.AuthorizedKeys, s.DiskSize,
        s.Networks.ConvertAll(n => new AttachmentState(
            n.Network.Id, new SubnetState(n.Subnet.Type, n.Subnet.Range.ToString(), n.Subnet.NetworkZone, n.Subnet.VswitchId), n.Address, n.Number, n.AliasIps)),
        s.Volumes.ConvertAll(v => v.Id), s.Labels, [.. s.Firewalls.Select(f => new ServerFirewallState(f.Key, f.Value))], s.Status, s.Iso?.Id, s.BackupWindow,
        s.Rescue, [.. s.PowerSwitches], s.ProtectedFromDelete);

    private Server Restore(ServerState s)
    {
        var server = new Server
        {
            Id = s.Id,
            Name = s.Name,
            Created = s.Created,
            Type = TypeOf(s.Type),
            Location = LocationOf(s.Location),
            Image = s.Image,
            UserData = s.UserData,
            AuthorizedKeys = s.AuthorizedKeys,
            DiskSize = s.DiskSize,
            Labels = s.Labels,
            Status = s.Status,
            Iso = s.Iso is { } iso ? Iso.All.FirstOrDefault(i => i.Id == iso) : null,
            BackupWindow = s.BackupWindow,
            Rescue = s.Rescue,
            ProtectedFromDelete = s.Protected,
            ProtectedFromRebuild = s.Protected,
        };
        server.PowerSwitches.AddRange(s.PowerSwitches);
        foreach (var firewall in s.Firewalls)
        {
            server.Firewalls.Add(firewall.Id, firewall.Status);
        }

        foreach (var nic in s.Networks)
        {
            var network = project.Networks[nic.Network];
            var subnet = network.Subnets.Find(n => n.Range.ToString() == nic.Subnet.Range)
                ?? new Subnet(nic.Subnet.Type, Ipv4Range.TryParse(nic.Subnet.Range)!.Value, nic.Subnet.NetworkZone, nic.Subnet.VswitchId);
            server.Networks.Add(new NetworkAttachment(network, subnet, nic.Address, nic.Number) { AliasIps = nic.AliasIps });
        }

        return server;
    }

    private PrimaryIp Restore(PrimaryIpState s)
    {
        var ip = new PrimaryIp
        {
            Id = s.Named.Id,
            Name = s.Named.Name,
            Created = s.Named.Created,
            Labels = s.Named.Labels,
            ProtectedFromDelete = s.Named.Protected,
            Type = s.Type,
            Ip = s.Ip,
            Location = LocationOf(s.Location),
            AutoDelete = s.AutoDelete,
        };
        Copy(s.DnsPointers, ip.DnsPointers);
        if (s.Server is { } id)
        {
            PrimaryIpPool.Assign(ip, project.Servers[id]);
        }

        return ip;
    }

    private Volume Restore(VolumeState s) => new()
    {
        Id = s.Named.Id,
        Name = s.Named.Name,
        Created = s.Named.Created,
        Labels = s.Named.Labels,
        ProtectedFromDelete = s.Named.Protected,
        Size = s.Size,
        Location = LocationOf(s.Location),
        Format = s.Format,
        Status = s.Status,
        Server = s.Server is { } id ? project.Servers[id] : null,
    };

    private FloatingIp Restore(FloatingIpState s)
    {
        var ip = new FloatingIp
        {
            Id = s.Named.Id,
            Name = s.Named.Name,
            Created = s.Named.Created,
            Labels = s.Named.Labels,
            ProtectedFromDelete = s.Named.Protected,
            Type = s.Type,
            Ip = s.Ip,
            HomeLocation = LocationOf(s.Location),
            Description = s.Description,
        };
        Copy(s.DnsPointers, ip.DnsPointers);
        ip.Assign(s.Server is { } id ? project.Servers[id] : null);
        return ip;
    }

    private LoadBalancer Restore(LoadBalancerState s)
    {
        var balancer = new LoadBalancer
        {
            Id = s.Named.Id,
            Name = s.Named.Name,
            Created = s.Named.Created,
            Labels = s.Named.Labels,
            ProtectedFromDelete = s.Named.Protected,
            Type = LoadBalancerEndpoints.Find(LoadBalancerType.All(catalog), new IdOrName(s.Type)),
            Location = LocationOf(s.Location),
            Algorithm = s.Algorithm,
            Ipv4 = s.Ipv4,
            Ipv6 = s.Ipv6,
            PublicEnabled = s.PublicEnabled,
        };
        balancer.Services.AddRange(s.Services);
        balancer.Targets.AddRange(s.Targets);
        balancer.Networks.UnionWith(s.Networks.Select(project.Network));
        Copy(s.DnsPointers, balancer.DnsPointers);
        foreach (var target in s.Targets)
        {
            if (target.Server is { } reference)
            {
                project.Servers[reference.Id].LoadBalancers.Add(balancer.Id);
            }
        }

        return balancer;
    }

    private ServerType TypeOf(string name) => catalog.ServerTypes.FirstOrDefault(t => t.Name == name)
        ?? throw new LocalCloudOptionsException($"--state: it has a server of type {name}, which this LocalCloud does not know. Start the one that made it, or give another directory.");

    private Location LocationOf(string name) => catalog.Locations.FirstOrDefault(l => l.Name == name)
        ?? throw new LocalCloudOptionsException($"--state: it has something in {name}, which --locations leaves out. Name it there, or give another directory.");

    private static void Copy(IReadOnlyDictionary<string, string> from, Dictionary<string, string> to)
    {
        foreach (var (key, value) in from)
        {
            to.Add(key, value);
        }
    }

    private static void Fill<T>(Dictionary<long, T> all, IEnumerable<T> kept, Func<T, long> id)
    {
        foreach (var one in kept)
        {
            all.Add(id(one), one);
        }
    }
}
