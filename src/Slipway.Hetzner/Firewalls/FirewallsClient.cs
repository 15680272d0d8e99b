using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes, reads and changes firewalls.</summary>
public sealed class FirewallsClient
{
    private readonly HetznerHttp _http;

    private readonly ResourceRoutes _routes;

    internal FirewallsClient(HetznerHttp http)
    {
        _http = http;
        _routes = new ResourceRoutes(http, "/firewalls");
        Actions = new ResourceActionsClient(http, "/firewalls");
    }

    /// <summary>The firewalls' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Makes a firewall.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The name is blank or a label breaks Hetzner's rules.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; <c>server_already_added</c>, <c>firewall_resource_not_found</c>; or the request failed.</exception>
    public async Task<CreateFirewallResult> CreateAsync(CreateFirewallRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        LabelRules.Check(request.Labels);
        var body = HetznerHttp.Json(new CreateFirewallBody(request.Name, request.Labels, request.Rules, request.ApplyTo), HetznerJson.Default.CreateFirewallBody);
        var answer = await _http.PostAsync("/firewalls", "/firewalls", body, HetznerJson.Default.FirewallAnswer, cancellationToken);
        return new CreateFirewallResult(answer.Firewall.OrMissing("POST /firewalls", "firewall"), answer.Actions ?? []);
    }

    /// <summary>Makes a firewall, or returns the one that has the name already, as it is: compare its rules and labels.</summary>
    /// <remarks>Creates first and looks up only when the name is taken, so that two callers at once get the same firewall.</remarks>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The requests failed.</exception>
    public Task<Firewall> GetOrCreateAsync(CreateFirewallRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return GetOrCreate.RunAsync(
            async () => (await CreateAsync(request, cancellationToken)).Firewall,
            _ => FindByNameAsync(request.Name, cancellationToken));
    }

    /// <summary>Reads a firewall.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such firewall, or the request failed.</exception>
    public async Task<Firewall> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/firewalls/{id}", $"/firewalls/{id}", HetznerJson.Default.FirewallAnswer, cancellationToken);
        return answer.Firewall.OrMissing("GET /firewalls/{id}", "firewall");
    }

    /// <summary>Reads a firewall, if it exists.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Firewall?> FindAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.FindAsync("/firewalls/{id}", $"/firewalls/{id}", HetznerJson.Default.FirewallAnswer, cancellationToken);
        return answer?.Firewall.OrMissing("GET /firewalls/{id}", "firewall");
    }

    /// <summary>Looks a firewall up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Firewall?> FindByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = $"/firewalls?name={Uri.EscapeDataString(name)}";
        var answer = await _http.GetAsync("/firewalls", path, HetznerJson.Default.FirewallList, cancellationToken);
        return answer.Items.FirstOrDefault(f => f.Name == name);
    }

    /// <summary>Lists firewalls, fifty to a request, at the lowest priority.</summary>
    /// <param name="labelSelector">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Firewall> ListAsync(string? labelSelector = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<FirewallList, Firewall>("/firewalls", LabelSelector.QueryOf(labelSelector), HetznerJson.Default.FirewallList, cancellationToken);

    /// <summary>Lists firewalls, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Firewall> ListAsync(ListFilter filter, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<FirewallList, Firewall>(filter, HetznerJson.Default.FirewallList, cancellationToken);

    /// <summary>Changes name or labels.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Firewall> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var answer = await _routes.PutAsync(
            id, new UpdateBody(name, labels), HetznerJson.Default.UpdateBody, HetznerJson.Default.FirewallAnswer, cancellationToken);
        return answer.Firewall.OrMissing("PUT /firewalls/{id}", "firewall");
    }

    /// <summary>Applies a firewall to servers or to labels.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="resources">What to apply it to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The actions to wait for, one for each server.</returns>
    /// <exception cref="HetznerException">
    /// <c>firewall_already_applied</c>, <c>firewall_resource_not_found</c>, <c>private_net_only_server</c>, <c>incompatible_network_type</c>; or the request failed.
    /// </exception>
    public async Task<IReadOnlyList<HetznerAction>> ApplyAsync(
        long id, IReadOnlyList<FirewallResource> resources, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resources);
        var body = HetznerHttp.Json(new ApplyFirewallBody(resources), HetznerJson.Default.ApplyFirewallBody);
        return (await _routes.AnswerAsync(id, "apply_to_resources", body, HetznerJson.Default.ActionList, cancellationToken)).Items;
    }

    /// <summary>Takes a firewall from servers or labels.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="resources">What to take it from, as it was applied: a server that has it by its labels cannot be named.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The actions to wait for, one for each server.</returns>
    /// <exception cref="HetznerException"><c>firewall_managed_by_label_selector</c>, <c>firewall_resource_not_found</c>; or the request failed.</exception>
    public async Task<IReadOnlyList<HetznerAction>> RemoveAsync(
        long id, IReadOnlyList<FirewallResource> resources, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resources);
        var body = HetznerHttp.Json(new RemoveFirewallBody(resources), HetznerJson.Default.RemoveFirewallBody);
        return (await _routes.AnswerAsync(id, "remove_from_resources", body, HetznerJson.Default.ActionList, cancellationToken)).Items;
    }

    /// <summary>Deletes a firewall.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException"><c>resource_in_use</c>: still applied; or the request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync("/firewalls/{id}", $"/firewalls/{id}", cancellationToken);

    /// <summary>Replaces all rules.</summary>
    /// <param name="id">The firewall's id.</param>
    /// <param name="rules">The rules from now on; none drops everything inbound.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The actions to wait for: one for the firewall and one for each server.</returns>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<IReadOnlyList<HetznerAction>> SetRulesAsync(long id, IReadOnlyList<FirewallRule> rules, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var body = HetznerHttp.Json(new SetRulesBody(rules), HetznerJson.Default.SetRulesBody);
        var answer = await _http.PostAsync(
            "/firewalls/{id}/actions/set_rules", $"/firewalls/{id}/actions/set_rules", body, HetznerJson.Default.ActionList, cancellationToken);
        return answer.Items;
    }
}
