namespace Slipway.Hetzner;

/// <summary>Where a server can be made: a type at a location.</summary>
/// <param name="ServerType">Name of the server type, such as <c>cx23</c>.</param>
/// <param name="Location">Name of the location, such as <c>nbg1</c>; <see langword="null"/> lets Hetzner choose, possibly outside the EU.</param>
public readonly record struct Placement(string ServerType, string? Location)
{
    /// <summary>Such as <c>cx23 in nbg1</c>.</summary>
    public override string ToString() => $"{ServerType} in {Location ?? "any location"}";
}

/// <summary>The places to try for a server, in order. Make one and use it for many orders: a sold-out place is remembered by the client, not by the plan.</summary>
public sealed record PlacementPlan
{
    private PlacementPlan(IReadOnlyList<Placement> choices) => Choices = choices;

    /// <summary>The places, the best first; at least one.</summary>
    public IReadOnlyList<Placement> Choices { get; }

    /// <summary>What was asked for and left out, and why.</summary>
    public IReadOnlyList<PlacementExclusion> Exclusions { get; private init; } = [];

    /// <summary>A plan of exactly these places.</summary>
    /// <param name="choices">The places in order; repetitions are tried once.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static PlacementPlan InOrder(params IEnumerable<Placement> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        List<Placement> all = [.. choices.Distinct()];
        return all.Count > 0 ? new PlacementPlan(all) : throw new ArgumentException("A placement plan needs at least one place to try.", nameof(choices));
    }

    /// <summary>
    /// A plan from Hetzner's catalogue. All locations of the first type come before the second type. Within a type: the area's order, recommended
    /// locations first when the area has none. What is not sold at a location, or not any more, is left out; what is out of stock now is tried last,
    /// because the catalogue's stock is only a hint.
    /// </summary>
    /// <param name="catalogue">The server types, from <see cref="ServerTypesClient.ListAsync(CancellationToken)"/>.</param>
    /// <param name="locations">The locations, from <see cref="LocationsClient.ListAsync(CancellationToken)"/>.</param>
    /// <param name="serverTypes">Names of the wanted types, the best first.</param>
    /// <param name="area">Where it may stand, such as <see cref="PlacementArea.AnyEu"/>.</param>
    /// <param name="now">Now: types whose end has come are left out.</param>
    /// <exception cref="ArgumentException">Nothing is left; the message says why.</exception>
    public static PlacementPlan FromCatalogue(
        IEnumerable<ServerType> catalogue, IEnumerable<Location> locations, IReadOnlyList<string> serverTypes, PlacementArea area, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentNullException.ThrowIfNull(serverTypes);
        ArgumentNullException.ThrowIfNull(area);
        var types = catalogue.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var places = area.Select([.. locations]);
        var inStock = new List<Placement>();
        var outOfStock = new List<Placement>();
        var exclusions = new List<PlacementExclusion>();
        foreach (var name in serverTypes)
        {
            var offers = (types.GetValueOrDefault(name)?.Locations ?? []).ToDictionary(o => o.Name, StringComparer.Ordinal);
            foreach (var place in area.IsOrdered ? places : [.. places.OrderByDescending(p => offers.GetValueOrDefault(p)?.Recommended ?? false)])
            {
                var placement = new Placement(name, place);
                if (ReasonAgainst(types.ContainsKey(name), offers.GetValueOrDefault(place), now) is { } reason)
                {
                    exclusions.Add(new PlacementExclusion(placement, reason));
                }
                else
                {
                    (offers[place].Available ? inStock : outOfStock).Add(placement);
                }
            }
        }

        return inStock.Count + outOfStock.Count > 0
            ? new PlacementPlan([.. inStock, .. outOfStock]) { Exclusions = exclusions }
            : throw new ArgumentException(
                $"No server type of [{string.Join(", ", serverTypes)}] can be had in {area}: "
                + $"{(exclusions.Count > 0 ? string.Join("; ", exclusions.Select(e => $"{e.Placement}: {e.Reason}")) : "there is no such location")}.",
                nameof(serverTypes));
    }

    /// <summary>The places in order, such as <c>cx23 in nbg1, cx23 in fsn1</c>.</summary>
    public override string ToString() => string.Join(", ", Choices);

    private static string? ReasonAgainst(bool exists, ServerTypeLocation? offer, DateTimeOffset now) => (exists, offer) switch
    {
        (false, _) => "there is no such server type",
        (_, null) => "not sold there",
        (_, { Deprecation.UnavailableAfter: var end }) when end <= now => $"not sold there since {end:yyyy-MM-dd}",
        _ => null,
    };
}

/// <summary>A place left out of a plan.</summary>
/// <param name="Placement">The place.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PlacementExclusion(Placement Placement, string Reason);
