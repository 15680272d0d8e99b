using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Puts servers into networks and takes them out. Call it with the project's lock held.</summary>
internal sealed class ServerNetworks(HetznerProject project, IMachineDriver driver, ServerLifecycle lifecycle, BackgroundActions background)
{
    public HetznerAction Attach(Server server, Network network, AttachToNetwork wanted)
    {
        if (server.Locks > 0)
        {
            throw HetznerFault.Locked();
        }

        network.RequireJoinable(server, server.Networks.Select(n => n.Network));
        var nic = network.Attach(server, project, wanted.Ip, wanted.IpRange, wanted.AliasIps).Describe();
        return lifecycle.Begin(
            server, "attach_to_network", (s, cancellationToken) => driver.AttachNetworkAsync(s.Id, nic, cancellationToken), Reference(network));
    }

    public HetznerAction Detach(Server server, Network network)
    {
        var attachment = Find(server, network);
        var action = lifecycle.Begin(
            server, "detach_from_network", (s, cancellationToken) => driver.DetachNetworkAsync(s.Id, network.Id, cancellationToken), Reference(network));
        server.Networks.Remove(attachment);
        return action;
    }

    public HetznerAction ChangeAliasIps(Server server, Network network, IReadOnlyList<string> aliasIps)
    {
        var attachment = Find(server, network);
        var allowed = network.CheckAliases(aliasIps, attachment, project);
        var action = lifecycle.Begin(
            server, "change_alias_ips", (s, cancellationToken) => driver.AttachNetworkAsync(s.Id, attachment.Describe(), cancellationToken), Reference(network));
        attachment.AliasIps = allowed;
        return action;
    }

    /// <summary>The network is bigger now; machines hear of it when they boot next.</summary>
    public void Refresh(Network network)
    {
        foreach (var (server, nic) in MembersOf(network).ConvertAll(m => (m.Server, m.Attachment.Describe())))
        {
            _ = background.BeginSilently("change_ip_range", () => driver.AttachNetworkAsync(server.Id, nic, CancellationToken.None));
        }
    }

    /// <summary>Takes everybody out of a network that goes.</summary>
    public void Delete(Network network)
    {
        var members = MembersOf(network);
        members.ForEach(m => m.Server.Networks.Remove(m.Attachment));
        foreach (var balancer in project.LoadBalancers.Values)
        {
            balancer.Networks.Remove(network);
        }

        _ = background.BeginSilently("delete_network", async () =>
        {
            foreach (var (server, _) in members)
            {
                await server.Work;
                await DetachAsync(server.Id, network.Id);
            }

            await driver.DeleteNetworkAsync(network.Id, CancellationToken.None);
        });
    }

    /// <summary>Takes every network away; its servers must be gone by then.</summary>
    public async Task ClearAsync()
    {
        List<Network> all;
        lock (project.Gate)
        {
            all = [.. project.Networks.Values];
            project.Networks.Clear();
        }

        foreach (var network in all)
        {
            await driver.DeleteNetworkAsync(network.Id, CancellationToken.None);
        }
    }

    private async Task DetachAsync(long serverId, long networkId)
    {
        try
        {
            await driver.DetachNetworkAsync(serverId, networkId, CancellationToken.None);
        }
        catch (MachineNotFoundException)
        {
            // The server went meanwhile, and its interfaces with it.
        }
    }

    private List<(Server Server, NetworkAttachment Attachment)> MembersOf(Network network) =>
        [.. project.Servers.Values.SelectMany(s => s.Networks.Where(n => n.Network == network).Select(n => (s, n)))];

    private static NetworkAttachment Find(Server server, Network network) => server.Networks.Find(n => n.Network == network)
        ?? throw new HetznerFault(422, "server_not_attached", "server is not attached to the network");

    private static ActionResource Reference(Network network) => new(network.Id, "network");
}
