using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the images Hetzner offers, and changes and deletes the project's own snapshots and backups.</summary>
public sealed class ImagesClient
{
    private readonly HetznerHttp _http;

    private readonly ResourceRoutes _routes;

    internal ImagesClient(HetznerHttp http)
    {
        _http = http;
        _routes = new ResourceRoutes(http, "/images");
        Actions = new ResourceActionsClient(http, "/images");
    }

    /// <summary>The images' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Reads an image.</summary>
    /// <param name="id">The image's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such image, or the request failed.</exception>
    public async Task<Image> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/images/{id}", $"/images/{id}", HetznerJson.Default.ImageAnswer, cancellationToken);
        return answer.Image.OrMissing("GET /images/{id}", "image");
    }

    /// <summary>Looks an image up by its name. The newest counts if the name was given again.</summary>
    /// <param name="name">The exact name, such as <c>debian-12</c>.</param>
    /// <param name="architecture"><c>x86</c> or <c>arm</c>: each name exists once for either.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Image?> FindByNameAsync(string name, string architecture = "x86", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = $"/images?name={Uri.EscapeDataString(name)}&architecture={Uri.EscapeDataString(architecture)}";
        var answer = await _http.GetAsync("/images", path, HetznerJson.Default.ImageList, cancellationToken);
        return answer.Items.Where(i => i.Name == name && i.Architecture == architecture).MaxBy(i => i.Created);
    }

    /// <summary>Lists images, fifty to a request, at the lowest priority.</summary>
    /// <param name="type"><c>system</c>, <c>app</c>, <c>snapshot</c> or <c>backup</c>; all when <see langword="null"/>.</param>
    /// <param name="labelSelector">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Image> ListAsync(
        string? type = null, string? labelSelector = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<ImageList, Image>("/images", Query(type, labelSelector), HetznerJson.Default.ImageList, cancellationToken);

    /// <summary>Lists images, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Image> ListAsync(ImageFilter filter, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<ImageList, Image>(filter, HetznerJson.Default.ImageList, cancellationToken);

    /// <summary>Changes a snapshot's or backup's description or labels, or makes a backup a snapshot.</summary>
    /// <param name="id">The image's id.</param>
    /// <param name="description">The new description; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="type"><c>snapshot</c> to keep a backup beyond its server; as before when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Image> UpdateAsync(
        long id, string? description = null, IReadOnlyDictionary<string, string>? labels = null, string? type = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var body = new UpdateBody(null, labels) { Description = description, Type = type };
        var answer = await _routes.PutAsync(id, body, HetznerJson.Default.UpdateBody, HetznerJson.Default.ImageAnswer, cancellationToken);
        return answer.Image.OrMissing("PUT /images/{id}", "image");
    }

    /// <summary>Deletes a snapshot or a backup.</summary>
    /// <param name="id">The image's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException"><c>protected</c>, or the request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => _routes.DeleteAsync(id, cancellationToken);

    /// <summary>Switches a snapshot's deletion protection on or off.</summary>
    /// <param name="id">The image's id.</param>
    /// <param name="delete">Whether deleting shall answer 423 <c>protected</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeProtectionAsync(long id, bool delete, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_protection", new ProtectionBody(delete, null), HetznerJson.Default.ProtectionBody, cancellationToken);

    private static string Query(string? type, string? labelSelector)
    {
        string?[] parts = [type is null ? null : $"type={Uri.EscapeDataString(type)}", LabelSelector.QueryOf(labelSelector)];
        return string.Join('&', parts.OfType<string>());
    }
}
