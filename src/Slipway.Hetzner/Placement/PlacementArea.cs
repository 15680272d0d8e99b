namespace Slipway.Hetzner;

/// <summary>Where a server may stand.</summary>
public sealed record PlacementArea
{
    // ISO 3166-1 codes of the member states; Hetzner's locations name their country.
    private static readonly HashSet<string> EuCountries = new(StringComparer.OrdinalIgnoreCase)
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    };

    private readonly Func<Location, bool> _contains;
    private readonly IReadOnlyList<string> _named;
    private readonly string _text;

    private PlacementArea(string text, Func<Location, bool> contains, IReadOnlyList<string> named)
    {
        _text = text;
        _contains = contains;
        _named = named;
    }

    /// <summary>Any location in a member state of the European Union.</summary>
    public static PlacementArea AnyEu { get; } = new("any location in the EU", l => EuCountries.Contains(l.Country), []);

    /// <summary>Any location there is.</summary>
    public static PlacementArea Anywhere { get; } = new("any location", _ => true, []);

    /// <summary>These locations, in this order.</summary>
    /// <param name="locations">Names, such as <c>nbg1</c>; at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static PlacementArea In(params IReadOnlyList<string> locations)
    {
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentOutOfRangeException.ThrowIfZero(locations.Count, nameof(locations));
        return new PlacementArea(string.Join(", ", locations), l => locations.Contains(l.Name, StringComparer.Ordinal), [.. locations]);
    }

    /// <summary>Any location of a network zone: servers of one private network share it.</summary>
    /// <param name="networkZone">Such as <c>eu-central</c>.</param>
    public static PlacementArea InZone(string networkZone) => new($"network zone {networkZone}", l => l.NetworkZone == networkZone, []);

    /// <summary>For people.</summary>
    public override string ToString() => _text;

    /// <summary>Whether the order of the locations was given.</summary>
    internal bool IsOrdered => _named.Count > 0;

    internal IReadOnlyList<string> Select(IReadOnlyList<Location> locations) => IsOrdered
        ? [.. _named.Where(n => locations.Any(l => l.Name == n))]
        : [.. locations.Where(_contains).Select(l => l.Name)];
}
