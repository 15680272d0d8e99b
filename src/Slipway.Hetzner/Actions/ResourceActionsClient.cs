using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>The actions of one kind of resource, such as all servers'. To wait for one, use <see cref="ActionsClient.WaitAsync"/>.</summary>
public sealed class ResourceActionsClient
{
    private readonly HetznerHttp _http;
    private readonly string _resource;

    internal ResourceActionsClient(HetznerHttp http, string resource)
    {
        _http = http;
        _resource = resource;
    }

    /// <summary>Lists the actions of all resources of this kind (<c>GET /servers/actions</c>), fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<HetznerAction> ListAsync(ActionFilter? filter = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<ActionList, HetznerAction>(
            $"{_resource}/actions", filter?.ToQuery().ToString(), HetznerJson.Default.ActionList, cancellationToken);

    /// <summary>Lists one resource's actions (<c>GET /servers/{id}/actions</c>), also while one holds it.</summary>
    /// <param name="id">The resource's id.</param>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such resource (any more), or a request failed.</exception>
    public IAsyncEnumerable<HetznerAction> ListForAsync(long id, ActionFilter? filter = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<ActionList, HetznerAction>(
            $"{_resource}/{id}/actions", filter?.ToQuery().ToString(), HetznerJson.Default.ActionList, cancellationToken, $"{_resource}/{{id}}/actions");

    /// <summary>Reads one action of this kind of resource (<c>GET /servers/actions/{id}</c>); it outlives the resource.</summary>
    /// <param name="actionId">The action's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such action for this kind of resource, or the request failed.</exception>
    public async Task<HetznerAction> GetAsync(long actionId, CancellationToken cancellationToken = default)
    {
        var template = $"{_resource}/actions/{{id}}";
        var answer = await _http.GetAsync(template, $"{_resource}/actions/{actionId}", HetznerJson.Default.ActionAnswer, cancellationToken);
        return answer.Action.OrMissing($"GET {template}", "action");
    }
}
