namespace Slipway.Hetzner;

/// <summary>A place with data centres.</summary>
public sealed record Location
{
    /// <summary>The location's id.</summary>
    public long Id { get; init; }

    /// <summary>Such as <c>fsn1</c>, <c>nbg1</c>, <c>hel1</c>, <c>ash</c>, <c>hil</c>, <c>sin</c>.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>For people.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>ISO 3166-1 alpha-2, such as <c>DE</c>.</summary>
    public string Country { get => field ?? ""; init; }

    /// <summary>The city.</summary>
    public string City { get => field ?? ""; init; }

    /// <summary>Degrees north.</summary>
    public double Latitude { get; init; }

    /// <summary>Degrees east.</summary>
    public double Longitude { get; init; }

    /// <summary>Such as <c>eu-central</c>: servers of one private network share it.</summary>
    public string NetworkZone { get => field ?? ""; init; }
}

internal sealed record LocationAnswer(Location? Location);

internal sealed record LocationList(IReadOnlyList<Location>? Locations) : Http.Page<Location>
{
    public override IReadOnlyList<Location> Items => Locations ?? [];
}
