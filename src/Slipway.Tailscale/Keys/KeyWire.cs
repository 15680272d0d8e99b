namespace Slipway.Tailscale;

internal sealed class KeyListWire
{
    public List<KeyWire>? Keys { get; set; }
}

internal sealed class KeyWire
{
    public string? Id { get; set; }

    public string? KeyType { get; set; }

    public string? Key { get; set; }

    public string? Description { get; set; }

    public DateTimeOffset? Created { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public DateTimeOffset? Revoked { get; set; }

    public bool? Invalid { get; set; }

    public long? ExpirySeconds { get; set; }

    public KeyCapabilitiesWire? Capabilities { get; set; }

    public AuthKey ToKey()
    {
        var create = Capabilities?.Devices?.Create;
        return new AuthKey
        {
            Id = Id ?? "",
            Key = Key,
            Description = string.IsNullOrEmpty(Description) ? null : Description,
            Created = Created,
            Expires = Expires,
            Revoked = Revoked,
            Invalid = Invalid ?? false,
            Reusable = create?.Reusable ?? false,
            Ephemeral = create?.Ephemeral ?? false,
            Preauthorized = create?.Preauthorized ?? false,
            Tags = create?.Tags ?? [],
        };
    }
}

internal sealed class KeyCapabilitiesWire
{
    public KeyDevicesWire? Devices { get; set; }
}

internal sealed class KeyDevicesWire
{
    public KeyCreateWire? Create { get; set; }
}

internal sealed class KeyCreateWire
{
    public bool Reusable { get; set; }

    public bool Ephemeral { get; set; }

    public bool Preauthorized { get; set; }

    public List<string>? Tags { get; set; }
}
