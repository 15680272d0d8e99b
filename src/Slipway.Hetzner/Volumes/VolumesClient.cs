using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Makes, attaches, grows and deletes volumes.</summary>
public sealed class VolumesClient
{
    private readonly ResourceRoutes _routes;

    internal VolumesClient(HetznerHttp http)
    {
        _routes = new ResourceRoutes(http, "/volumes");
        Actions = new ResourceActionsClient(http, "/volumes");
    }

    /// <summary>The volumes' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Orders a volume.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; the volume may be made nevertheless.</param>
    /// <exception cref="ArgumentException">The name is blank, a label breaks Hetzner's rules, or not exactly one of location and server is given. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>no_space_left_in_location</c>, <c>uniqueness_error</c>; or the request failed.</exception>
    public async Task<CreateVolumeResult> CreateAsync(CreateVolumeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        LabelRules.Check(request.Labels);
        if (request.Location is null == request.Server is null)
        {
            throw new ArgumentException($"Volume '{request.Name}' needs either a location or a server, whose location it then shares.", nameof(request));
        }

        var answer = await _routes.PostAsync(
            request, HetznerJson.Default.CreateVolumeRequest, HetznerJson.Default.CreateVolumeAnswer, cancellationToken);
        return new CreateVolumeResult(
            answer.Volume.OrMissing("POST /volumes", "volume"), answer.Action.OrMissing("POST /volumes", "action"), answer.NextActions ?? []);
    }

    /// <summary>Reads a volume.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such volume, or the request failed.</exception>
    public async Task<Volume> GetAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.GetAsync(id, HetznerJson.Default.VolumeAnswer, cancellationToken)).Volume.OrMissing("GET /volumes/{id}", "volume");

    /// <summary>Reads a volume, if it exists.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Volume?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.FindAsync(id, HetznerJson.Default.VolumeAnswer, cancellationToken))?.Volume.OrMissing("GET /volumes/{id}", "volume");

    /// <summary>Looks a volume up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<Volume?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        _routes.FindByNameAsync<VolumeList, Volume>(name, HetznerJson.Default.VolumeList, v => v.Name == name, cancellationToken);

    /// <summary>Lists volumes, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Volume> ListAsync(VolumeFilter? filter = null, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<VolumeList, Volume>(filter, HetznerJson.Default.VolumeList, cancellationToken);

    /// <summary>Changes name or labels.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Volume> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var answer = await _routes.PutAsync(
            id, new UpdateBody(name, labels), HetznerJson.Default.UpdateBody, HetznerJson.Default.VolumeAnswer, cancellationToken);
        return answer.Volume.OrMissing("PUT /volumes/{id}", "volume");
    }

    /// <summary>Deletes a volume and everything on it. It must be detached.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException"><c>protected</c>, still attached, or the request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => _routes.DeleteAsync(id, cancellationToken);

    /// <summary>Attaches a volume to a server in the same location.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="server">The server's id.</param>
    /// <param name="automount">Whether the server mounts it by itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException"><c>volume_already_attached</c>, <c>locked</c>: another volume is being attached; or the request failed.</exception>
    public Task<HetznerAction> AttachAsync(long id, long server, bool? automount = null, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "attach", new AttachVolumeBody(server, automount), HetznerJson.Default.AttachVolumeBody, cancellationToken);

    /// <summary>Detaches a volume. Unmount it on the server first, or what is not written is lost.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DetachAsync(long id, CancellationToken cancellationToken = default) => _routes.ActAsync(id, "detach", cancellationToken);

    /// <summary>Makes a volume larger. The file system on it does not grow by itself, and nothing makes it smaller again.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="size">The new size in GB.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ResizeAsync(long id, int size, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "resize", new ResizeVolumeBody(size), HetznerJson.Default.ResizeVolumeBody, cancellationToken);

    /// <summary>Switches the deletion protection on or off.</summary>
    /// <param name="id">The volume's id.</param>
    /// <param name="delete">Whether deleting shall answer 423 <c>protected</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeProtectionAsync(long id, bool delete, CancellationToken cancellationToken = default) =>
        _routes.ActWithAsync(id, "change_protection", new ProtectionBody(delete, null), HetznerJson.Default.ProtectionBody, cancellationToken);
}
