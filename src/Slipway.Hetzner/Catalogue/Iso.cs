namespace Slipway.Hetzner;

/// <summary>A CD a server can boot from.</summary>
public sealed record Iso
{
    /// <summary>The ISO's id.</summary>
    public long Id { get; init; }

    /// <summary>Such as <c>debian-12.9.0-amd64-netinst.iso</c>; <see langword="null"/> for private ones without a name.</summary>
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary><c>public</c> or <c>private</c>; an open set.</summary>
    public string? Type { get; init; }

    /// <summary><c>x86</c> or <c>arm</c>; <see langword="null"/> when nobody knows.</summary>
    public string? Architecture { get; init; }

    /// <summary>When it goes away; <see langword="null"/> when it does not.</summary>
    public Deprecation? Deprecation { get; init; }
}

internal sealed record IsoAnswer(Iso? Iso);

internal sealed record IsoList(IReadOnlyList<Iso>? Isos) : Http.Page<Iso>
{
    public override IReadOnlyList<Iso> Items => Isos ?? [];
}
