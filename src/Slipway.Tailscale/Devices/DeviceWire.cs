namespace Slipway.Tailscale;

internal sealed class DeviceListWire
{
    public List<DeviceWire>? Devices { get; set; }
}

internal sealed class DeviceWire
{
    public string? Id { get; set; }

    public string? NodeId { get; set; }

    public string? Name { get; set; }

    public string? Hostname { get; set; }

    public List<string>? Addresses { get; set; }

    public List<string>? Tags { get; set; }

    public bool? Authorized { get; set; }

    public bool? KeyExpiryDisabled { get; set; }

    public DateTimeOffset? Created { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public DateTimeOffset? LastSeen { get; set; }

    public bool? ConnectedToControl { get; set; }

    public bool? IsEphemeral { get; set; }

    public bool? IsExternal { get; set; }

    public string? User { get; set; }

    public string? Os { get; set; }

    public string? ClientVersion { get; set; }

    public bool? UpdateAvailable { get; set; }

    public bool? BlocksIncomingConnections { get; set; }

    public List<string>? AdvertisedRoutes { get; set; }

    public List<string>? EnabledRoutes { get; set; }

    public Device ToDevice() => new()
    {
        Id = Id ?? "",
        NodeId = string.IsNullOrEmpty(NodeId) ? Id ?? "" : NodeId,
        Name = Name ?? "",
        Hostname = Hostname ?? "",
        Addresses = Addresses ?? [],
        Tags = Tags ?? [],
        Authorized = Authorized ?? false,
        KeyExpiryDisabled = KeyExpiryDisabled ?? false,
        Created = Created,
        Expires = Expires,
        LastSeen = LastSeen,
        ConnectedToControl = ConnectedToControl,
        IsEphemeral = IsEphemeral ?? false,
        IsExternal = IsExternal ?? false,
        User = User,
        Os = Os,
        ClientVersion = ClientVersion,
        UpdateAvailable = UpdateAvailable ?? false,
        BlocksIncomingConnections = BlocksIncomingConnections ?? false,
        AdvertisedRoutes = AdvertisedRoutes ?? [],
        EnabledRoutes = EnabledRoutes ?? [],
    };
}
