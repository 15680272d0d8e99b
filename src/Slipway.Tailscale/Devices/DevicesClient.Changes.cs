namespace Slipway.Tailscale;

public sealed partial class DevicesClient
{
    /// <summary>Approves a device, or withdraws the approval. Needs the scope <c>devices:core</c>, as all changes here do unless they say otherwise.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="authorized">Whether it may take part in the tailnet.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when it is set; setting it again is harmless, so it is repeated after a lost answer.</returns>
    /// <exception cref="TailscaleException">Refused (404: no such device), or not answered after all repetitions.</exception>
    public Task SetAuthorizedAsync(string id, bool authorized, CancellationToken cancellationToken = default) =>
        _api.SetAsync(Route.OfDevice(id, "/authorized"), new AuthorizedWire(authorized), TailscaleJson.Default.AuthorizedWire, cancellationToken);

    /// <summary>Replaces a device's tags. A tagged device no longer belongs to a person.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="tags">All tags from now on, each <c>tag:…</c>, owned by the OAuth client's tags.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when they are set.</returns>
    /// <exception cref="TailscaleException">Refused (400: tags not permitted), or not answered after all repetitions.</exception>
    public Task SetTagsAsync(string id, IReadOnlyList<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return _api.SetAsync(Route.OfDevice(id, "/tags"), new TagsWire(tags), TailscaleJson.Default.TagsWire, cancellationToken);
    }

    /// <summary>Gives a device another name in the tailnet's DNS, for instance the clean one after a stale device was deleted.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="name">The name without the tailnet's part, such as <c>agent</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when it is set.</returns>
    /// <exception cref="TailscaleException">Refused (the name is taken), or not answered after all repetitions.</exception>
    public Task SetNameAsync(string id, string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return _api.SetAsync(Route.OfDevice(id, "/name"), new NameWire(name), TailscaleJson.Default.NameWire, cancellationToken);
    }

    /// <summary>Says whether a device's node key expires.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="disabled">Whether the device stays without ever signing in again.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when it is set.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public Task SetKeyExpiryDisabledAsync(string id, bool disabled, CancellationToken cancellationToken = default) =>
        _api.SetAsync(Route.OfDevice(id, "/key"), new KeyExpiryWire(disabled), TailscaleJson.Default.KeyExpiryWire, cancellationToken);

    /// <summary>Ends a device's node key now: it is cut off until it signs in again.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when the key has expired.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public Task ExpireKeyAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SetAsync(Route.OfDevice(id, "/expire"), new NothingWire(), TailscaleJson.Default.NothingWire, cancellationToken);

    /// <summary>Reads which subnets a device offers and which of them are approved. Needs the scope <c>devices:routes:read</c>.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The routes.</returns>
    /// <exception cref="TailscaleException">Refused (404: no such device), or not answered after all repetitions.</exception>
    public async Task<DeviceRoutes> GetRoutesAsync(string id, CancellationToken cancellationToken = default) =>
        (await _api.GetAsync(Route.OfDevice(id, "/routes"), TailscaleJson.Default.DeviceRoutesWire, cancellationToken)).ToRoutes();

    /// <summary>Approves exactly these routes of a device. Needs the scope <c>devices:routes</c>.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="routes">All approved routes from now on, in CIDR form; they need not be offered yet.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The routes as they are now.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<DeviceRoutes> SetRoutesAsync(string id, IReadOnlyList<string> routes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var answer = await _api.PostAsync(
            Route.OfDevice(id, "/routes"), new SetRoutesWire(routes), TailscaleJson.Default.SetRoutesWire, TailscaleJson.Default.DeviceRoutesWire, cancellationToken, repeatable: true);
        return answer.ToRoutes();
    }

    /// <summary>Reads a device's posture attributes. Needs the scope <c>devices:posture_attributes:read</c>.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The attributes by name, such as <c>node:os</c> and <c>custom:customer</c>; numbers and truth values as text.</returns>
    /// <exception cref="TailscaleException">Refused (404: no such device), or not answered after all repetitions.</exception>
    public async Task<IReadOnlyDictionary<string, string>> GetAttributesAsync(string id, CancellationToken cancellationToken = default)
    {
        var answer = await _api.GetAsync(Route.OfDevice(id, "/attributes"), TailscaleJson.Default.AttributesWire, cancellationToken);
        return answer.Attributes.ValueKind == System.Text.Json.JsonValueKind.Object
            ? answer.Attributes.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.ToString(), StringComparer.Ordinal)
            : new Dictionary<string, string>();
    }

    /// <summary>Sets a posture attribute of one's own, which policies can ask for. Needs the scope <c>devices:posture_attributes</c>.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="key">The attribute, beginning with <c>custom:</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="expires">When Tailscale removes it by itself; never when <see langword="null"/>.</param>
    /// <param name="comment">For the audit log.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends when it is set.</returns>
    /// <exception cref="ArgumentException">The key does not begin with <c>custom:</c>; nothing was sent.</exception>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public Task SetAttributeAsync(
        string id, string key, string value, DateTimeOffset? expires = null, string? comment = null, CancellationToken cancellationToken = default) => _api.SetAsync(
            AttributeOf(id, key),
            new SetAttributeWire(value, expires?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture), comment),
            TailscaleJson.Default.SetAttributeWire,
            cancellationToken);

    /// <summary>Removes a posture attribute of one's own.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="key">The attribute, beginning with <c>custom:</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> when it, or the device, was already gone.</returns>
    /// <exception cref="ArgumentException">The key does not begin with <c>custom:</c>; nothing was sent.</exception>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public Task<bool> DeleteAttributeAsync(string id, string key, CancellationToken cancellationToken = default) =>
        _api.DeleteAsync(AttributeOf(id, key), cancellationToken);

    private static Route AttributeOf(string id, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith("custom:", StringComparison.Ordinal) && key.Length > "custom:".Length
            ? Route.OfDevice(id, $"/attributes/{Uri.EscapeDataString(key)}", "/attributes/{key}")
            : throw new ArgumentException($"'{key}' is no attribute of one's own: its name must begin with 'custom:'.", nameof(key));
    }
}
