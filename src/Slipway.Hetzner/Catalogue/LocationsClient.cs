using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the locations Hetzner offers.</summary>
public sealed class LocationsClient
{
    private readonly HetznerHttp _http;

    internal LocationsClient(HetznerHttp http) => _http = http;

    /// <summary>Reads a location.</summary>
    /// <param name="id">The location's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such location, or the request failed.</exception>
    public async Task<Location> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/locations/{id}", $"/locations/{id}", HetznerJson.Default.LocationAnswer, cancellationToken);
        return answer.Location.OrMissing("GET /locations/{id}", "location");
    }

    /// <summary>Looks a location up by its name.</summary>
    /// <param name="name">The exact name, such as <c>nbg1</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Location?> FindByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = $"/locations?name={Uri.EscapeDataString(name)}";
        var answer = await _http.GetAsync("/locations", path, HetznerJson.Default.LocationList, cancellationToken);
        return answer.Items.FirstOrDefault(i => i.Name == name);
    }

    /// <summary>Lists all, fifty to a request, at the lowest priority.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Location> ListAsync(CancellationToken cancellationToken = default) =>
        _http.ListAsync<LocationList, Location>("/locations", null, HetznerJson.Default.LocationList, cancellationToken);

    /// <summary>Lists them, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Location> ListAsync(ListFilter filter, CancellationToken cancellationToken = default) =>
        new ResourceRoutes(_http, "/locations").ListAsync<LocationList, Location>(filter, HetznerJson.Default.LocationList, cancellationToken);
}
