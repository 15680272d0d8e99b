using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes and deletes placement groups. Servers join and leave through <see cref="ServersClient"/>.</summary>
public sealed class PlacementGroupsClient
{
    private readonly ResourceRoutes _routes;

    internal PlacementGroupsClient(HetznerHttp http) => _routes = new ResourceRoutes(http, "/placement_groups");

    /// <summary>Makes a placement group.</summary>
    /// <param name="name">Unique in the project.</param>
    /// <param name="labels">Labels; checked against Hetzner's rules before anything is sent.</param>
    /// <param name="type">Today there is <c>spread</c>: every server on a host of its own, at most ten servers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<PlacementGroup> CreateAsync(
        string name, IReadOnlyDictionary<string, string>? labels = null, string type = "spread", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        LabelRules.Check(labels);
        var body = new CreatePlacementGroupBody(name, type, labels);
        var answer = await _routes.PostAsync(
            body, HetznerJson.Default.CreatePlacementGroupBody, HetznerJson.Default.PlacementGroupAnswer, cancellationToken);
        return answer.PlacementGroup.OrMissing("POST /placement_groups", "placement_group");
    }

    /// <summary>Reads a placement group.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such group, or the request failed.</exception>
    public async Task<PlacementGroup> GetAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.GetAsync(id, HetznerJson.Default.PlacementGroupAnswer, cancellationToken))
            .PlacementGroup.OrMissing("GET /placement_groups/{id}", "placement_group");

    /// <summary>Reads a placement group, if it exists.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<PlacementGroup?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.FindAsync(id, HetznerJson.Default.PlacementGroupAnswer, cancellationToken))
            ?.PlacementGroup.OrMissing("GET /placement_groups/{id}", "placement_group");

    /// <summary>Looks a placement group up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<PlacementGroup?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        _routes.FindByNameAsync<PlacementGroupList, PlacementGroup>(
            name, HetznerJson.Default.PlacementGroupList, g => g.Name == name, cancellationToken);

    /// <summary>Lists placement groups, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<PlacementGroup> ListAsync(PlacementGroupFilter? filter = null, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<PlacementGroupList, PlacementGroup>(filter, HetznerJson.Default.PlacementGroupList, cancellationToken);

    /// <summary>Changes name or labels.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<PlacementGroup> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var answer = await _routes.PutAsync(
            id, new UpdateBody(name, labels), HetznerJson.Default.UpdateBody, HetznerJson.Default.PlacementGroupAnswer, cancellationToken);
        return answer.PlacementGroup.OrMissing("PUT /placement_groups/{id}", "placement_group");
    }

    /// <summary>Deletes a placement group; its servers stay where they are.</summary>
    /// <param name="id">The group's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => _routes.DeleteAsync(id, cancellationToken);
}
