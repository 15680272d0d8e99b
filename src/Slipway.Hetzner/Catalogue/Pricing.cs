namespace Slipway.Hetzner;

/// <summary>Hetzner's price list for this project. Prices change: never hard-code them.</summary>
public sealed record Pricing
{
    /// <summary>ISO 4217, such as <c>EUR</c>.</summary>
    public string Currency { get => field ?? ""; init; }

    /// <summary>VAT in percent, such as <c>19</c>.</summary>
    public decimal VatRate { get; init; }

    /// <summary>Server types per location.</summary>
    public IReadOnlyList<ServerTypePricing> ServerTypes { get => field ?? []; init; }

    /// <summary>Primary IPs per kind and location.</summary>
    public IReadOnlyList<PrimaryIpPricing> PrimaryIps { get => field ?? []; init; }

    /// <summary>Floating IPs per kind and location.</summary>
    public IReadOnlyList<FloatingIpPricing> FloatingIps { get => field ?? []; init; }

    /// <summary>Load balancer types per location.</summary>
    public IReadOnlyList<LoadBalancerTypePricing> LoadBalancerTypes { get => field ?? []; init; }

    /// <summary>Volumes, per GB and month.</summary>
    public StoragePricing? Volume { get; init; }

    /// <summary>Snapshots, per GB and month.</summary>
    public StoragePricing? Image { get; init; }

    /// <summary>Backups of a server.</summary>
    public BackupPricing? ServerBackup { get; init; }
}

/// <summary>A server type's prices.</summary>
public sealed record ServerTypePricing
{
    /// <summary>The server type's id.</summary>
    public long Id { get; init; }

    /// <summary>The server type's name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Prices per location.</summary>
    public IReadOnlyList<ServerTypePrice> Prices { get => field ?? []; init; }
}

/// <summary>A load balancer type's prices.</summary>
public sealed record LoadBalancerTypePricing
{
    /// <summary>The load balancer type's id.</summary>
    public long Id { get; init; }

    /// <summary>The load balancer type's name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Prices per location, the same as a server type has.</summary>
    public IReadOnlyList<ServerTypePrice> Prices { get => field ?? []; init; }
}

/// <summary>What a floating IP costs.</summary>
public sealed record FloatingIpPricing
{
    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Prices per location; <see cref="LocationPrice.PriceHourly"/> is zero, a floating IP is paid by the month.</summary>
    public IReadOnlyList<LocationPrice> Prices { get => field ?? []; init; }
}

/// <summary>What a primary IP costs.</summary>
public sealed record PrimaryIpPricing
{
    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Prices per location.</summary>
    public IReadOnlyList<LocationPrice> Prices { get => field ?? []; init; }
}

/// <summary>A price at a location.</summary>
public sealed record LocationPrice
{
    /// <summary>The location's name.</summary>
    public string Location { get => field ?? ""; init; }

    /// <summary>Per started hour.</summary>
    public Price PriceHourly { get => field ?? new(0, 0); init; }

    /// <summary>The most a month costs.</summary>
    public Price PriceMonthly { get => field ?? new(0, 0); init; }
}

/// <summary>What storage costs.</summary>
/// <param name="PricePerGbMonth">Per GB and month.</param>
public sealed record StoragePricing(Price? PricePerGbMonth);

/// <summary>What backups cost.</summary>
/// <param name="Percentage">Percent of the server's price, such as <c>20</c>.</param>
public sealed record BackupPricing(decimal Percentage);

internal sealed record PricingAnswer(Pricing? Pricing);
