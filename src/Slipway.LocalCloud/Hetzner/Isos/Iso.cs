namespace Slipway.LocalCloud.Hetzner;

/// <summary>A disc a server can have in its drive. No architecture means any.</summary>
internal sealed record Iso(
    long Id, string Name, string Description, string Type, Deprecation? Deprecation, string? Architecture)
{
    /// <summary>A few of the public ones, each kind there is: for one architecture, for any, and on its way out.</summary>
    public static IReadOnlyList<Iso> All { get; } =
    [
        Public(122629, "debian-12.11.0-amd64-netinst.iso", "Debian 12.11 (amd64/netinstall)", "x86"),
        Public(122630, "debian-12.11.0-arm64-netinst.iso", "Debian 12.11 (arm64/netinstall)", "arm"),
        Public(118561, "ubuntu-24.04.2-live-server-amd64.iso", "Ubuntu 24.04.2 Live Server (amd64)", "x86"),
        Public(26055, "FreeBSD-14.2-RELEASE-amd64-dvd1.iso", "FreeBSD 14.2 (amd64)", "x86"),
        Public(117, "ipxe.iso", "iPXE", architecture: null),
        Public(25841, "FreeBSD-13.2-RELEASE-amd64-dvd1.iso", "FreeBSD 13.2 (amd64)", "x86") with
        {
            Deprecation = new Deprecation(
                new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        },
    ];

    private static Iso Public(long id, string name, string description, string? architecture) =>
        new(id, name, description, "public", Deprecation: null, architecture);
}

internal sealed record AttachIso(IdOrName? Iso);

internal sealed record IsoAnswer(Iso Iso);

internal sealed record IsosAnswer(IReadOnlyList<Iso> Isos, ListMeta Meta);
