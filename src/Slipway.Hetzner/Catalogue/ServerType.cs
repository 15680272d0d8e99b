namespace Slipway.Hetzner;

/// <summary>What a server can be: cores, memory, disk, and where it can be had for how much.</summary>
public sealed record ServerType
{
    /// <summary>The type's id.</summary>
    public long Id { get; init; }

    /// <summary>Such as <c>cx23</c>. Names come and go: never hard-code a catalogue.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>For people.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Such as <c>cost_optimized</c>.</summary>
    public string? Category { get; init; }

    /// <summary>Virtual cores.</summary>
    public int Cores { get; init; }

    /// <summary>Memory in GB.</summary>
    public decimal Memory { get; init; }

    /// <summary>Disk in GB.</summary>
    public decimal Disk { get; init; }

    /// <summary><c>shared</c> or <c>dedicated</c>.</summary>
    public string CpuType { get => field ?? ""; init; }

    /// <summary><c>x86</c> or <c>arm</c>: an image must match.</summary>
    public string Architecture { get => field ?? ""; init; }

    /// <summary><c>local</c> or <c>network</c>.</summary>
    public string StorageType { get => field ?? ""; init; }

    /// <summary>Prices per location.</summary>
    public IReadOnlyList<ServerTypePrice> Prices { get => field ?? []; init; }

    /// <summary>When it goes away everywhere; <see langword="null"/> when it does not. Places of their own are in <see cref="Locations"/>.</summary>
    public Deprecation? Deprecation { get; init; }

    /// <summary>Where it can be had. Not listed means not offered there.</summary>
    public IReadOnlyList<ServerTypeLocation> Locations { get => field ?? []; init; }
}

/// <summary>A server type at a location.</summary>
public sealed record ServerTypeLocation
{
    /// <summary>The location's id.</summary>
    public long Id { get; init; }

    /// <summary>The location's name, such as <c>nbg1</c>.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Whether it is in stock now. A hint: creating can still answer <c>resource_unavailable</c>.</summary>
    public bool Available { get; init; }

    /// <summary>Whether Hetzner recommends it there.</summary>
    public bool Recommended { get; init; }

    /// <summary>When it goes away there; <see langword="null"/> when it does not.</summary>
    public Deprecation? Deprecation { get; init; }
}

/// <summary>An announced end.</summary>
/// <param name="Announced">When it was announced.</param>
/// <param name="UnavailableAfter">From when on it cannot be ordered.</param>
public sealed record Deprecation(DateTimeOffset Announced, DateTimeOffset UnavailableAfter);

internal sealed record ServerTypeAnswer(ServerType? ServerType);

internal sealed record ServerTypeList(IReadOnlyList<ServerType>? ServerTypes) : Http.Page<ServerType>
{
    public override IReadOnlyList<ServerType> Items => ServerTypes ?? [];
}
