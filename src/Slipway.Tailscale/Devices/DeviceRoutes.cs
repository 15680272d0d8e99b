using System.Text.Json;

namespace Slipway.Tailscale;

/// <summary>The subnets a device carries.</summary>
/// <param name="Advertised">What it offers, in CIDR form.</param>
/// <param name="Enabled">What is approved; only what is both is in use.</param>
public sealed record DeviceRoutes(IReadOnlyList<string> Advertised, IReadOnlyList<string> Enabled);

internal sealed class DeviceRoutesWire
{
    public List<string>? AdvertisedRoutes { get; set; }

    public List<string>? EnabledRoutes { get; set; }

    public DeviceRoutes ToRoutes() => new(AdvertisedRoutes ?? [], EnabledRoutes ?? []);
}

internal sealed class AttributesWire
{
    /// <summary>Read by hand: the values are texts, numbers and truth values mixed.</summary>
    public JsonElement Attributes { get; set; }
}

internal sealed record SetRoutesWire(IReadOnlyList<string> Routes);

internal sealed record SetAttributeWire(string Value, string? Expiry, string? Comment);

internal sealed record AuthorizedWire(bool Authorized);

internal sealed record TagsWire(IReadOnlyList<string> Tags);

internal sealed record NameWire(string Name);

internal sealed record KeyExpiryWire(bool KeyExpiryDisabled);

internal sealed record NothingWire;
