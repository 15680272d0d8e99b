using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

public sealed partial class ServersClient
{
    /// <summary>Attaches a server to a private network.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="network">The network's id.</param>
    /// <param name="ip">Its address there; Hetzner chooses when <see langword="null"/>.</param>
    /// <param name="aliasIps">Its further addresses there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">
    /// <c>server_already_attached</c>, <c>ip_not_available</c>, <c>no_subnet_available</c>, <c>networks_overlap</c>; or the request failed.
    /// </exception>
    public Task<HetznerAction> AttachToNetworkAsync(
        long id, long network, string? ip = null, IReadOnlyList<string>? aliasIps = null, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(
            id, "attach_to_network", new AttachToNetworkBody(network, ip, aliasIps), HetznerJson.Default.AttachToNetworkBody, cancellationToken);

    /// <summary>Detaches a server from a private network.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="network">The network's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DetachFromNetworkAsync(long id, long network, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "detach_from_network", new AttachToNetworkBody(network, null, null), HetznerJson.Default.AttachToNetworkBody, cancellationToken);

    /// <summary>Replaces a server's further addresses in a private network.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="network">The network's id.</param>
    /// <param name="aliasIps">All of them from now on; none takes them away.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeAliasIpsAsync(long id, long network, IReadOnlyList<string> aliasIps, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(aliasIps);
        return _routes.ActWithAsync(
            id, "change_alias_ips", new AttachToNetworkBody(network, null, aliasIps), HetznerJson.Default.AttachToNetworkBody, cancellationToken);
    }

    /// <summary>Adds a server to a placement group; it must be off.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="placementGroup">The group's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException"><c>server_not_stopped</c>, <c>already_in_placement_group</c>, or the request failed.</exception>
    public Task<HetznerAction> AddToPlacementGroupAsync(long id, long placementGroup, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "add_to_placement_group", new PlacementGroupBody(placementGroup), HetznerJson.Default.PlacementGroupBody, cancellationToken);

    /// <summary>Takes a server out of its placement group.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> RemoveFromPlacementGroupAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "remove_from_placement_group", cancellationToken);

    /// <summary>Puts an ISO into a server's drive; it boots from it next time.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="iso">Id or name of the ISO.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> AttachIsoAsync(long id, string iso, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(iso);
        return _routes.ActWithAsync(id, "attach_iso", new AttachIsoBody(iso), HetznerJson.Default.AttachIsoBody, cancellationToken);
    }

    /// <summary>Takes the ISO out of a server's drive.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DetachIsoAsync(long id, CancellationToken cancellationToken = default) => _routes.ActAsync(id, "detach_iso", cancellationToken);

    /// <summary>Switches daily backups on; they cost a share of the server's price, see <see cref="Pricing.ServerBackup"/>.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> EnableBackupAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "enable_backup", cancellationToken);

    /// <summary>Switches daily backups off and <em>deletes</em> those there are.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DisableBackupAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "disable_backup", cancellationToken);

    /// <summary>Makes an image of a server's disk. Switch it off before, or what it has not written is not in it.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="description">For people.</param>
    /// <param name="type"><c>snapshot</c>, or <c>backup</c>, which is deleted with the server.</param>
    /// <param name="labels">Labels of the image; checked against Hetzner's rules before anything is sent.</param>
    /// <param name="cancellationToken">Gives up; the image may be made nevertheless.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<CreateImageResult> CreateImageAsync(
        long id, string? description = null, string type = "snapshot", IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        const string Endpoint = "POST /servers/{id}/actions/create_image";
        LabelRules.Check(labels);
        var body = HetznerHttp.Json(new CreateImageBody(description, type, labels), HetznerJson.Default.CreateImageBody);
        var answer = await _routes.AnswerAsync(id, "create_image", body, HetznerJson.Default.CreateImageAnswer, cancellationToken);
        return new CreateImageResult(answer.Image.OrMissing(Endpoint, "image"), answer.Action.OrMissing(Endpoint, "action"));
    }

    /// <summary>Sets a reverse DNS name.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="ip">The address: its IPv4 address, or one in its IPv6 network.</param>
    /// <param name="dnsPtr">Its name; back to Hetzner's own when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeDnsPtrAsync(long id, string ip, string? dnsPtr, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ip);
        return _routes.ActWithAsync(id, "change_dns_ptr", new DnsPtrBody(ip, dnsPtr), HetznerJson.Default.DnsPtrBody, cancellationToken);
    }

    /// <summary>Switches the protection from deleting and rebuilding on or off; Hetzner wants both the same.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="isProtected">Whether both shall answer 423 <c>protected</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeProtectionAsync(long id, bool isProtected, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_protection", new ProtectionBody(isProtected, isProtected), HetznerJson.Default.ProtectionBody, cancellationToken);
}
