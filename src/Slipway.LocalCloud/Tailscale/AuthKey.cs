namespace Slipway.LocalCloud.Tailscale;

/// <summary>An auth key; its value is shown once and kept only to be recognised.</summary>
internal sealed record AuthKey(
    string Id, string Value, string Description, CreateCapabilities Capabilities, DateTimeOffset Created, TimeSpan Lifetime)
{
    public DateTimeOffset Expires => Created + Lifetime;

    public KeyView View(DateTimeOffset now, bool withValue) => new(
        Id, "auth", withValue ? Value : null, Description, (long)Lifetime.TotalSeconds, WireTime.Of(Created), WireTime.Of(Expires), Expires <= now,
        new KeyCapabilities(new DeviceCapabilities(Capabilities)), "");
}
