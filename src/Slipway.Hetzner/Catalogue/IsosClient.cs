using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the ISOs Hetzner offers. They are put into a server through <see cref="ServersClient"/>.</summary>
public sealed class IsosClient
{
    private readonly ResourceRoutes _routes;

    internal IsosClient(HetznerHttp http) => _routes = new ResourceRoutes(http, "/isos");

    /// <summary>Reads an ISO.</summary>
    /// <param name="id">The ISO's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such ISO, or the request failed.</exception>
    public async Task<Iso> GetAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.GetAsync(id, HetznerJson.Default.IsoAnswer, cancellationToken)).Iso.OrMissing("GET /isos/{id}", "iso");

    /// <summary>Looks an ISO up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<Iso?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        _routes.FindByNameAsync<IsoList, Iso>(name, HetznerJson.Default.IsoList, i => i.Name == name, cancellationToken);

    /// <summary>Lists ISOs, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>. ISOs cannot be sorted and have no labels.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Iso> ListAsync(IsoFilter? filter = null, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<IsoList, Iso>(filter, HetznerJson.Default.IsoList, cancellationToken);
}
