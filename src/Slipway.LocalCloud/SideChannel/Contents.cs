using System.Globalization;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.GitHub;
using Slipway.LocalCloud.Hetzner;
using Slipway.LocalCloud.Http;
using Slipway.LocalCloud.Stripe;
using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>Everything that exists in the cloud, to be counted or swept away.</summary>
internal sealed class Contents(
    HetznerProject project, ServerLifecycle lifecycle, Capacity capacity, RateLimit rateLimit, Tailnet tailnet, AuthKeys keys,
    StripeAccount stripe, IdempotencyKeys idempotency, Actions github, ImageStore images, VolumeStore volumes, ServerNetworks networks,
    PrimaryIpPool primaryIps, ProjectLimits limits,
    RequestCounts counts, Faults faults, LocalCloudOptions options)
{
    public Inventory List()
    {
        lock (project.Gate)
        {
            return new Inventory(
                NamedThings.Of(project.Servers.Values.Select(s => s.Name)),
                NamedThings.Of(project.SshKeys.Values.Select(k => k.Name)),
                NamedThings.Of(project.Firewalls.Values.Select(f => f.Name)),
                NamedThings.Of(project.Images.Values.Select(i => i.Description)),
                NamedThings.Of(project.PlacementGroups.Values.Select(g => g.Name)),
                Named(project.PrimaryIps), Named(project.Volumes), Named(project.Networks), Named(project.FloatingIps),
                Named(project.LoadBalancers), Named(project.Certificates),
                NamedThings.Of(tailnet.List(_ => true).Select(d => d.Name)),
                NamedThings.Of(keys.All.Select(k => k.Description.Length > 0 ? k.Description : k.Id)),
                NamedThings.Of(lifecycle.Machines.Select(id => id.ToString(CultureInfo.InvariantCulture))));
        }
    }

    /// <summary>Returns when the last machine is gone.</summary>
    public async Task ResetAsync()
    {
        List<Task> machines;
        lock (project.Gate)
        {
            var servers = project.Servers.Values.ToList();
            servers.ForEach(s => lifecycle.BeginDelete(s));
            machines = servers.ConvertAll(s => s.Work);
            project.SshKeys.Clear();
            project.Firewalls.Clear();
            project.PlacementGroups.Clear();
            project.FloatingIps.Clear();
            project.LoadBalancers.Clear();
            project.Certificates.Clear();
        }

        await Task.WhenAll(machines);
        await images.ClearAsync();
        await volumes.ClearAsync();
        await networks.ClearAsync();
        primaryIps.Clear();
        capacity.Clear();
        limits.Reset();
        tailnet.Clear();
        keys.Clear();
        stripe.Clear();
        idempotency.All.Clear();
        github.Clear();
        counts.Clear();
        faults.Clear();
        rateLimit.Set(options.RateLimit);
    }

    private static NamedThings Named<T>(Dictionary<long, T> resources)
        where T : NamedResource =>
        NamedThings.Of(resources.Values.Select(r => r.Name));
}
