namespace Slipway.Hetzner;

/// <summary>An amount in the project's currency; see <see cref="Pricing.Currency"/>.</summary>
/// <param name="Net">Without VAT.</param>
/// <param name="Gross">With VAT.</param>
public sealed record Price(decimal Net, decimal Gross);

/// <summary>What a server type costs at a location.</summary>
public sealed record ServerTypePrice
{
    /// <summary>The location's name.</summary>
    public string Location { get => field ?? ""; init; }

    /// <summary>Per started hour, until the monthly price is reached.</summary>
    public Price PriceHourly { get => field ?? new(0, 0); init; }

    /// <summary>The most a month costs.</summary>
    public Price PriceMonthly { get => field ?? new(0, 0); init; }

    /// <summary>Free outgoing bytes a month.</summary>
    public long IncludedTraffic { get; init; }

    /// <summary>Per further TB.</summary>
    public Price? PricePerTbTraffic { get; init; }
}
