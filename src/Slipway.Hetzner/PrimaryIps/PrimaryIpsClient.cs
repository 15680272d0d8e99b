using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes, assigns and deletes primary IPs.</summary>
public sealed class PrimaryIpsClient
{
    private readonly ResourceRoutes _routes;

    internal PrimaryIpsClient(HetznerHttp http)
    {
        _routes = new ResourceRoutes(http, "/primary_ips");
        Actions = new ResourceActionsClient(http, "/primary_ips");
    }

    /// <summary>The primary IPs' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Makes a primary IP.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; the address may be made nevertheless.</param>
    /// <exception cref="ArgumentException">The name is blank or a label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException">
    /// <c>resource_limit_exceeded</c>: the quota of addresses; <c>server_not_stopped</c>: the assignee runs; <c>uniqueness_error</c>; or the request failed.
    /// </exception>
    public async Task<CreatePrimaryIpResult> CreateAsync(CreatePrimaryIpRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        LabelRules.Check(request.Labels);
        var body = new CreatePrimaryIpBody(
            request.Name, request.Type, request.Location, "server", request.AssigneeId, request.AutoDelete, request.Labels);
        var answer = await _routes.PostAsync(body, HetznerJson.Default.CreatePrimaryIpBody, HetznerJson.Default.PrimaryIpAnswer, cancellationToken);
        return new CreatePrimaryIpResult(answer.PrimaryIp.OrMissing("POST /primary_ips", "primary_ip"), answer.Action);
    }

    /// <summary>Reads a primary IP.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such primary IP, or the request failed.</exception>
    public async Task<PrimaryIp> GetAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.GetAsync(id, HetznerJson.Default.PrimaryIpAnswer, cancellationToken)).PrimaryIp.OrMissing("GET /primary_ips/{id}", "primary_ip");

    /// <summary>Reads a primary IP, if it exists.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<PrimaryIp?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.FindAsync(id, HetznerJson.Default.PrimaryIpAnswer, cancellationToken))?.PrimaryIp.OrMissing("GET /primary_ips/{id}", "primary_ip");

    /// <summary>Looks a primary IP up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<PrimaryIp?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        _routes.FindByNameAsync<PrimaryIpList, PrimaryIp>(name, HetznerJson.Default.PrimaryIpList, i => i.Name == name, cancellationToken);

    /// <summary>Lists primary IPs, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<PrimaryIp> ListAsync(PrimaryIpFilter? filter = null, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<PrimaryIpList, PrimaryIp>(filter, HetznerJson.Default.PrimaryIpList, cancellationToken);

    /// <summary>Changes name, labels or what happens to it when its server is deleted.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="autoDelete">Whether it goes with its server; as before when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<PrimaryIp> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, bool? autoDelete = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var body = new UpdateBody(name, labels) { AutoDelete = autoDelete };
        var answer = await _routes.PutAsync(id, body, HetznerJson.Default.UpdateBody, HetznerJson.Default.PrimaryIpAnswer, cancellationToken);
        return answer.PrimaryIp.OrMissing("PUT /primary_ips/{id}", "primary_ip");
    }

    /// <summary>Deletes a primary IP. Since May 2026 it must be unassigned first.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException"><c>must_be_unassigned</c>, <c>protected</c>, or the request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => _routes.DeleteAsync(id, cancellationToken);

    /// <summary>Assigns a primary IP to a server, which must be off, in the same location, and without an address of this type.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="server">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">
    /// <c>server_not_stopped</c>, <c>primary_ip_already_assigned</c>, <c>server_has_ipv4</c>, <c>server_has_ipv6</c>; or the request failed.
    /// </exception>
    public Task<HetznerAction> AssignAsync(long id, long server, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "assign", new AssignPrimaryIpBody("server", server), HetznerJson.Default.AssignPrimaryIpBody, cancellationToken);

    /// <summary>Takes a primary IP from its server, which must be off.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException"><c>server_not_stopped</c>, <c>server_is_load_balancer_target</c>, or the request failed.</exception>
    public Task<HetznerAction> UnassignAsync(long id, CancellationToken cancellationToken = default) => _routes.ActAsync(id, "unassign", cancellationToken);

    /// <summary>Sets a reverse DNS name.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="ip">The address: the IPv4 address, or one in the IPv6 network.</param>
    /// <param name="dnsPtr">Its name; back to Hetzner's own when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeDnsPtrAsync(long id, string ip, string? dnsPtr, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ip);
        return _routes.ActWithAsync(id, "change_dns_ptr", new DnsPtrBody(ip, dnsPtr), HetznerJson.Default.DnsPtrBody, cancellationToken);
    }

    /// <summary>Switches the deletion protection on or off.</summary>
    /// <param name="id">The primary IP's id.</param>
    /// <param name="delete">Whether deleting shall answer 423 <c>protected</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeProtectionAsync(long id, bool delete, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_protection", new ProtectionBody(delete, null), HetznerJson.Default.ProtectionBody, cancellationToken);
}
