using System.Globalization;
using Slipway.Hetzner;
using Slipway.Tailscale;

namespace Slipway.Machines.Reconcile;

/// <summary>What both clouds listed in one pass. A list that did not come to its end is not here at all: half of it would say that the other half is gone.</summary>
internal sealed record CloudView
{
    public required IReadOnlyList<CloudResource> Resources { get; init; }

    /// <summary>Servers by id, with what drift is seen by; null when they could not be listed.</summary>
    public required IReadOnlyDictionary<long, Server>? Servers { get; init; }

    /// <summary>The kinds that were listed to the end.</summary>
    public required IReadOnlySet<ResourceKind> Read { get; init; }

    /// <summary>What could not be listed, and why.</summary>
    public required IReadOnlyList<string> Unread { get; init; }

    /// <summary>Whether a resource was listed.</summary>
    public bool Shows(ResourceKind kind, string id) => (_shown ??= [.. Resources.Select(r => (r.Kind, r.Id))]).Contains((kind, id));

    private HashSet<(ResourceKind, string)>? _shown;
}

/// <summary>Every outside call of reconciliation: one list of each kind, and a word to one resource.</summary>
internal sealed class Clouds(HetznerClient hetzner, TailscaleClient tailscale, TailscaleSettings tailnet)
{
    /// <summary>Six lists at Hetzner and two at Tailscale, fifty to a page: eight requests as long as every list fits one page.</summary>
    public async Task<CloudView> ReadAsync(CancellationToken cancellationToken)
    {
        var resources = new List<CloudResource>();
        var read = new HashSet<ResourceKind>();
        var unread = new List<string>();
        async Task<List<T>?> ListAsync<T>(ResourceKind kind, Func<Task<List<T>>> list, Func<T, CloudResource> of)
        {
            try
            {
                var all = await list();
                resources.AddRange(all.Select(of));
                read.Add(kind);
                return all;
            }
            catch (Exception e) when (e is HetznerException or TailscaleException or HttpRequestException)
            {
                unread.Add($"{CloudResource.WordOf(kind)}s: {e.Message}");
                return null;
            }
        }

        var servers = await ListAsync(ResourceKind.Server, () => AllAsync(hetzner.Servers.ListAsync(cancellationToken: cancellationToken), s => s.Id), CloudResource.Of);
        await ListAsync(ResourceKind.PrimaryIp, () => AllAsync(hetzner.PrimaryIps.ListAsync(cancellationToken: cancellationToken), i => i.Id), CloudResource.Of);
        await ListAsync(ResourceKind.Volume, () => AllAsync(hetzner.Volumes.ListAsync(cancellationToken: cancellationToken), v => v.Id), CloudResource.Of);
        await ListAsync(ResourceKind.Firewall, () => AllAsync(hetzner.Firewalls.ListAsync(cancellationToken: cancellationToken), f => f.Id), CloudResource.Of);
        await ListAsync(ResourceKind.SshKey, () => AllAsync(hetzner.SshKeys.ListAsync(cancellationToken: cancellationToken), k => k.Id), CloudResource.Of);
        await ListAsync(ResourceKind.Snapshot, () => AllAsync(hetzner.Images.ListAsync("snapshot", cancellationToken: cancellationToken), i => i.Id), CloudResource.Of);
        if (tailnet.Enabled)
        {
            await ListAsync(ResourceKind.Device, () => DevicesAsync(cancellationToken), CloudResource.Of);
            await ListAsync(ResourceKind.AuthKey, () => KeysAsync(cancellationToken), CloudResource.Of);
        }

        return new CloudView { Resources = resources, Servers = servers?.ToDictionary(s => s.Id), Read = read, Unread = unread };
    }

    /// <summary>One server as it is at this moment.</summary>
    public Task<Server?> FindServerAsync(long id, CancellationToken cancellationToken) => hetzner.Servers.FindAsync(id, cancellationToken);

    /// <summary>One resource as it is at this moment; null when its provider says that it does not exist.</summary>
    public async Task<CloudResource?> FindAsync(CloudResource resource, CancellationToken cancellationToken)
    {
        try
        {
            return resource.Kind switch
            {
                ResourceKind.Server => CloudResource.Of(await hetzner.Servers.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.PrimaryIp => CloudResource.Of(await hetzner.PrimaryIps.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.Volume => CloudResource.Of(await hetzner.Volumes.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.Firewall => CloudResource.Of(await hetzner.Firewalls.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.SshKey => CloudResource.Of(await hetzner.SshKeys.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.Snapshot => CloudResource.Of(await hetzner.Images.GetAsync(Number(resource), cancellationToken)),
                ResourceKind.Device => await tailscale.Devices.FindAsync(resource.Id, cancellationToken) is { } device ? CloudResource.Of(device) : null,
                _ => await tailscale.Keys.FindAsync(resource.Id, cancellationToken) is { Invalid: false } key ? CloudResource.Of(key) : null,
            };
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>Gives a resource at Hetzner exactly these labels.</summary>
    public Task LabelAsync(CloudResource resource, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => resource.Kind switch
    {
        ResourceKind.Server => hetzner.Servers.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        ResourceKind.PrimaryIp => hetzner.PrimaryIps.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        ResourceKind.Volume => hetzner.Volumes.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        ResourceKind.Firewall => hetzner.Firewalls.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        ResourceKind.SshKey => hetzner.SshKeys.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        ResourceKind.Snapshot => hetzner.Images.UpdateAsync(Number(resource), labels: labels, cancellationToken: cancellationToken),
        _ => throw new InvalidOperationException($"A {CloudResource.WordOf(resource.Kind)} has no labels."),
    };

    public Task DeleteAsync(CloudResource resource, CancellationToken cancellationToken) => resource.Kind switch
    {
        ResourceKind.Server => hetzner.Servers.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.PrimaryIp => hetzner.PrimaryIps.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.Volume => hetzner.Volumes.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.Firewall => hetzner.Firewalls.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.SshKey => hetzner.SshKeys.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.Snapshot => hetzner.Images.DeleteAsync(Number(resource), cancellationToken),
        ResourceKind.Device => tailscale.Devices.DeleteAsync(resource.Id, cancellationToken),
        _ => tailscale.Keys.DeleteAsync(resource.Id, cancellationToken),
    };

    private static long Number(CloudResource resource) => long.Parse(resource.Id, CultureInfo.InvariantCulture);

    /// <summary>Every page; what moved from one page to the next while they were read comes once.</summary>
    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> pages, Func<T, long> id)
    {
        var all = new Dictionary<long, T>();
        await foreach (var item in pages)
        {
            all[id(item)] = item;
        }

        return [.. all.Values];
    }

    /// <summary>Only devices with the machines' tag: the rest of a tailnet is nobody's business here.</summary>
    private async Task<List<Device>> DevicesAsync(CancellationToken cancellationToken) =>
        [.. (await tailscale.Devices.ListAsync(cancellationToken: cancellationToken)).Where(d => !d.IsExternal && d.Tags.Contains(tailnet.Tag, StringComparer.Ordinal))];

    private async Task<List<AuthKey>> KeysAsync(CancellationToken cancellationToken) =>
        [.. (await tailscale.Keys.ListAsync(cancellationToken)).Where(k => !k.Invalid && Steps.CreateAuthKey.OperationOf(k.Description) is not null)];
}
