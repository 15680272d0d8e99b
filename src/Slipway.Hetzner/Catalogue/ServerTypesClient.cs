using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the server types Hetzner offers.</summary>
public sealed class ServerTypesClient
{
    private readonly HetznerHttp _http;

    internal ServerTypesClient(HetznerHttp http) => _http = http;

    /// <summary>Reads a server type.</summary>
    /// <param name="id">The server type's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such server type, or the request failed.</exception>
    public async Task<ServerType> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/server_types/{id}", $"/server_types/{id}", HetznerJson.Default.ServerTypeAnswer, cancellationToken);
        return answer.ServerType.OrMissing("GET /server_types/{id}", "server_type");
    }

    /// <summary>Looks a server type up by its name.</summary>
    /// <param name="name">The exact name, such as <c>cx23</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<ServerType?> FindByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = $"/server_types?name={Uri.EscapeDataString(name)}";
        var answer = await _http.GetAsync("/server_types", path, HetznerJson.Default.ServerTypeList, cancellationToken);
        return answer.Items.FirstOrDefault(i => i.Name == name);
    }

    /// <summary>Lists all, fifty to a request, at the lowest priority.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<ServerType> ListAsync(CancellationToken cancellationToken = default) =>
        _http.ListAsync<ServerTypeList, ServerType>("/server_types", null, HetznerJson.Default.ServerTypeList, cancellationToken);

    /// <summary>Lists them, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<ServerType> ListAsync(ListFilter filter, CancellationToken cancellationToken = default) =>
        new ResourceRoutes(_http, "/server_types").ListAsync<ServerTypeList, ServerType>(filter, HetznerJson.Default.ServerTypeList, cancellationToken);
}
