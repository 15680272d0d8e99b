using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes, changes and deletes private networks. Servers are attached through <see cref="ServersClient"/>.</summary>
public sealed class NetworksClient
{
    private readonly ResourceRoutes _routes;

    internal NetworksClient(HetznerHttp http)
    {
        _routes = new ResourceRoutes(http, "/networks");
        Actions = new ResourceActionsClient(http, "/networks");
    }

    /// <summary>The networks' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Makes a network.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; the network may be made nevertheless.</param>
    /// <exception cref="ArgumentException">The name or range is blank or a label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Network> CreateAsync(CreateNetworkRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        ArgumentException.ThrowIfNullOrWhiteSpace(request.IpRange, nameof(request));
        LabelRules.Check(request.Labels);
        var answer = await _routes.PostAsync(request, HetznerJson.Default.CreateNetworkRequest, HetznerJson.Default.NetworkAnswer, cancellationToken);
        return answer.Network.OrMissing("POST /networks", "network");
    }

    /// <summary>Reads a network.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such network, or the request failed.</exception>
    public async Task<Network> GetAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.GetAsync(id, HetznerJson.Default.NetworkAnswer, cancellationToken)).Network.OrMissing("GET /networks/{id}", "network");

    /// <summary>Reads a network, if it exists.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Network?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.FindAsync(id, HetznerJson.Default.NetworkAnswer, cancellationToken))?.Network.OrMissing("GET /networks/{id}", "network");

    /// <summary>Looks a network up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<Network?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        _routes.FindByNameAsync<NetworkList, Network>(name, HetznerJson.Default.NetworkList, n => n.Name == name, cancellationToken);

    /// <summary>Lists networks, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Network> ListAsync(ListFilter? filter = null, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<NetworkList, Network>(filter, HetznerJson.Default.NetworkList, cancellationToken);

    /// <summary>Changes name, labels or whether a vSwitch is told the routes.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="exposeRoutesToVswitch">Whether routes are told to a vSwitch; as before when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Network> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, bool? exposeRoutesToVswitch = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var body = new UpdateBody(name, labels) { ExposeRoutesToVswitch = exposeRoutesToVswitch };
        var answer = await _routes.PutAsync(id, body, HetznerJson.Default.UpdateBody, HetznerJson.Default.NetworkAnswer, cancellationToken);
        return answer.Network.OrMissing("PUT /networks/{id}", "network");
    }

    /// <summary>Deletes a network; what is attached is detached.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException"><c>protected</c>, or the request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => _routes.DeleteAsync(id, cancellationToken);

    /// <summary>Adds a subnet.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="subnet">The subnet; <see cref="NetworkSubnet.Gateway"/> must be <see langword="null"/>: Hetzner chooses it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">It does not lie in the range or overlaps with another, or the request failed.</exception>
    public Task<HetznerAction> AddSubnetAsync(long id, NetworkSubnet subnet, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "add_subnet", subnet, HetznerJson.Default.NetworkSubnet, cancellationToken);

    /// <summary>Removes a subnet that nothing is attached to.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="ipRange">Its range in CIDR form.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">Something is attached to it, or the request failed.</exception>
    public Task<HetznerAction> DeleteSubnetAsync(long id, string ipRange, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "delete_subnet", new IpRangeBody(ipRange), HetznerJson.Default.IpRangeBody, cancellationToken);

    /// <summary>Adds a route.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="route">The route.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> AddRouteAsync(long id, NetworkRoute route, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "add_route", route, HetznerJson.Default.NetworkRoute, cancellationToken);

    /// <summary>Removes a route.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="route">The route, exactly as it was added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DeleteRouteAsync(long id, NetworkRoute route, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "delete_route", route, HetznerJson.Default.NetworkRoute, cancellationToken);

    /// <summary>Makes the network's range larger; it can only be extended.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="ipRange">The new range in CIDR form, holding the old one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeIpRangeAsync(long id, string ipRange, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_ip_range", new IpRangeBody(ipRange), HetznerJson.Default.IpRangeBody, cancellationToken);

    /// <summary>Switches the deletion protection on or off.</summary>
    /// <param name="id">The network's id.</param>
    /// <param name="delete">Whether deleting shall answer 423 <c>protected</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeProtectionAsync(long id, bool delete, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_protection", new ProtectionBody(delete, null), HetznerJson.Default.ProtectionBody, cancellationToken);
}
