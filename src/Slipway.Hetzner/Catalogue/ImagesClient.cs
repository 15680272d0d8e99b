using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the images Hetzner offers.</summary>
public sealed class ImagesClient
{
    private readonly HetznerHttp _http;

    internal ImagesClient(HetznerHttp http) => _http = http;

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

    private static string Query(string? type, string? labelSelector)
    {
        string?[] parts = [type is null ? null : $"type={Uri.EscapeDataString(type)}", LabelSelector.QueryOf(labelSelector)];
        return string.Join('&', parts.OfType<string>());
    }
}
