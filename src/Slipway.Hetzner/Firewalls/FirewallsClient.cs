using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes, reads and changes firewalls.</summary>
public sealed class FirewallsClient
{
    private readonly HetznerHttp _http;

    internal FirewallsClient(HetznerHttp http) => _http = http;

    /// <summary>Makes a firewall, applied to nothing.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The name is blank or a label breaks Hetzner's rules.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Firewall> CreateAsync(CreateFirewallRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        LabelRules.Check(request.Labels);
        var body = HetznerHttp.Json(new CreateFirewallBody(request.Name, request.Labels, request.Rules), HetznerJson.Default.CreateFirewallBody);
        var answer = await _http.PostAsync("/firewalls", "/firewalls", body, HetznerJson.Default.FirewallAnswer, cancellationToken);
        return answer.Firewall.OrMissing("POST /firewalls", "firewall");
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
            () => CreateAsync(request, cancellationToken),
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
