using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud.State;

internal sealed record TailscaleState(
    IReadOnlyList<AuthKey> Keys, IReadOnlyDictionary<string, AccessGrant> Tokens, long LastNumber, IReadOnlyList<DeviceState> Devices,
    IReadOnlyList<string> Names, IReadOnlyList<int> Addresses);

internal sealed record DeviceState(
    long Number, string NodeId, string Name, string Hostname, IReadOnlyList<string> Addresses, IReadOnlyList<string> Tags, bool Ephemeral, bool Authorized,
    DateTimeOffset Created, string Key, long? ServerId, bool External, bool KeyExpiryDisabled, DateTimeOffset? Expires, IReadOnlyList<string> EnabledRoutes,
    IReadOnlyDictionary<string, DeviceAttribute> Attributes, DateTimeOffset? LastSeen)
{
    public static DeviceState Of(Device device) => new(
        device.Number, device.NodeId, device.Name, device.Hostname, device.Addresses, device.Tags, device.Ephemeral, device.Authorized, device.Created, device.Key,
        device.ServerId, device.External, device.KeyExpiryDisabled, device.Expires, device.EnabledRoutes, new Dictionary<string, DeviceAttribute>(device.Attributes),
        device.LastSeen);

    public Device Restore()
    {
        var device = new Device
        {
            Number = Number,
            NodeId = NodeId,
            Name = Name,
            Hostname = Hostname,
            Addresses = Addresses,
            Tags = Tags,
            Ephemeral = Ephemeral,
            Authorized = Authorized,
            Created = Created,
            Key = Key,
            ServerId = ServerId,
            External = External,
            KeyExpiryDisabled = KeyExpiryDisabled,
            Expires = Expires,
            EnabledRoutes = EnabledRoutes,
            LastSeen = LastSeen,
        };
        foreach (var (name, attribute) in Attributes)
        {
            device.Attributes.Add(name, attribute);
        }

        return device;
    }
}
