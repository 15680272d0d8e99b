namespace Slipway.LocalCloud.Tailscale;

/// <summary>An auth key; its value is shown once and kept only to be recognised.</summary>
internal sealed record AuthKey(
    string Id, string Value, string Description, CreateCapabilities Capabilities, DateTimeOffset Created, TimeSpan Lifetime)
{
    /// <summary>When it was used up or taken back; null while neither was.</summary>
    public DateTimeOffset? Revoked { get; init; }

    public DateTimeOffset Expires => Created + Lifetime;

    public bool IsInvalid(DateTimeOffset now) => Revoked is not null || Expires <= now;

    public KeyView View(DateTimeOffset now, bool withValue) => new(
        Id, "auth", withValue ? Value : null, Description, (long)Lifetime.TotalSeconds, WireTime.Of(Created), WireTime.Of(Expires), IsInvalid(now),
        Revoked is { } revoked ? WireTime.Of(revoked) : null,
        new KeyCapabilities(new DeviceCapabilities(Capabilities)), "");
}
