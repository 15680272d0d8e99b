namespace Slipway.Hetzner;

/// <summary>A private network of the project.</summary>
public sealed record Network
{
    /// <summary>The network's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its IPv4 range in CIDR form, such as <c>10.0.0.0/16</c>; all subnets lie in it.</summary>
    public string IpRange { get => field ?? ""; init; }

    /// <summary>The subnets.</summary>
    public IReadOnlyList<NetworkSubnet> Subnets { get => field ?? []; init; }

    /// <summary>The routes.</summary>
    public IReadOnlyList<NetworkRoute> Routes { get => field ?? []; init; }

    /// <summary>The ids of attached servers.</summary>
    public IReadOnlyList<long> Servers { get => field ?? []; init; }

    /// <summary>The ids of attached load balancers.</summary>
    public IReadOnlyList<long> LoadBalancers { get => field ?? []; init; }

    /// <summary>Whether its routes are told to a vSwitch of a dedicated server.</summary>
    public bool ExposeRoutesToVswitch { get; init; }

    /// <summary>What it is protected from.</summary>
    public DeleteProtection Protection { get => field ?? new(false); init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>A part of a network's range.</summary>
public sealed record NetworkSubnet
{
    /// <summary><c>cloud</c> or <c>vswitch</c> (<c>server</c> is the old name of <c>cloud</c>); an open set.</summary>
    public string Type { get => field ?? "cloud"; init; }

    /// <summary>The zone, such as <c>eu-central</c>; see <see cref="Location.NetworkZone"/>.</summary>
    public string NetworkZone { get => field ?? ""; init; }

    /// <summary>Its IPv4 range in CIDR form; Hetzner chooses when <see langword="null"/>.</summary>
    public string? IpRange { get; init; }

    /// <summary>The gateway; Hetzner's answer only.</summary>
    public string? Gateway { get; init; }

    /// <summary>The vSwitch's id, when <see cref="Type"/> is <c>vswitch</c>.</summary>
    public long? VswitchId { get; init; }
}

/// <summary>A route of a network.</summary>
/// <param name="Destination">The IPv4 range in CIDR form it is for.</param>
/// <param name="Gateway">The address in the network it goes to.</param>
public sealed record NetworkRoute(string Destination, string Gateway);

/// <summary>What a new network shall be.</summary>
public sealed record CreateNetworkRequest
{
    /// <summary>Unique in the project.</summary>
    public required string Name { get; init; }

    /// <summary>A private IPv4 range in CIDR form, at least a /24.</summary>
    public required string IpRange { get; init; }

    /// <summary>Its subnets; a server can be attached only where there is one.</summary>
    public IReadOnlyList<NetworkSubnet>? Subnets { get; init; }

    /// <summary>Its routes.</summary>
    public IReadOnlyList<NetworkRoute>? Routes { get; init; }

    /// <summary>Whether its routes are told to a vSwitch of a dedicated server.</summary>
    public bool? ExposeRoutesToVswitch { get; init; }

    /// <summary>Labels; checked against Hetzner's rules before anything is sent.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

internal sealed record IpRangeBody(string IpRange);

internal sealed record NetworkAnswer(Network? Network);

internal sealed record NetworkList(IReadOnlyList<Network>? Networks) : Http.Page<Network>
{
    public override IReadOnlyList<Network> Items => Networks ?? [];
}
