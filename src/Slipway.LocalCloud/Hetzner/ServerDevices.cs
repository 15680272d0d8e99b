using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Keeps a server's machine plugged into what the project says it has.</summary>
internal sealed class ServerDevices(HetznerProject project, IMachineDriver driver, FirewallEnforcement firewalls)
{
    /// <summary>Gives a new machine, not yet started, what its order named.</summary>
    public async Task PlugAsync(Server server, CancellationToken cancellationToken)
    {
        List<(long Id, Task Work)> volumes;
        List<MachineInterface> interfaces;
        lock (project.Gate)
        {
            volumes = server.Volumes.ConvertAll(v => (v.Id, v.Work));
            interfaces = server.Networks.ConvertAll(n => n.Describe());
        }

        foreach (var (id, work) in volumes)
        {
            await work;
            await driver.AttachVolumeAsync(server.Id, id, cancellationToken);
        }

        foreach (var nic in interfaces)
        {
            await driver.AttachNetworkAsync(server.Id, nic, cancellationToken);
        }

        await firewalls.EnforceAsync(server);
    }

    /// <summary>The project's side of a server's delete; its machine unplugs by ending. Call it with the project's lock held.</summary>
    public void Forget(Server server)
    {
        foreach (var volume in server.Volumes)
        {
            volume.Server = null;
            // Nobody else gets the volume while the old machine may still write to it.
            volume.Work = server.Work;
        }

        server.Volumes.Clear();
        server.Networks.Clear();

        foreach (var ip in project.FloatingIps.Values.Where(f => f.Server == server))
        {
            ip.Server = null;
        }

        foreach (var balancer in project.LoadBalancers.Values)
        {
            balancer.ForgetServer(server.Id);
        }
    }
}
