namespace Slipway.Hetzner;

/// <summary>A machine, as Hetzner describes it. Statuses are an open set; see <see cref="ServerStatus"/>.</summary>
public sealed record Server
{
    /// <summary>The server's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>One of <see cref="ServerStatus"/>, or something newer.</summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>Whether an action holds the server; further ones answer 423 <c>locked</c> until it ends.</summary>
    public bool Locked { get; init; }

    /// <summary>The public addresses and firewalls.</summary>
    public PublicNet PublicNet { get => field ?? new(); init; }

    /// <summary>Cores, memory, disk and prices.</summary>
    public ServerType ServerType { get => field ?? new(); init; }

    /// <summary>Its private networks.</summary>
    public IReadOnlyList<PrivateNet> PrivateNet { get => field ?? []; init; }

    /// <summary>What it was made from; <see langword="null"/> once the image is gone.</summary>
    public Image? Image { get; init; }

    /// <summary>Where it stands.</summary>
    public Location Location { get => field ?? new(); init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Whether it boots into the rescue system next.</summary>
    public bool RescueEnabled { get; init; }

    /// <summary>The daily backup window, such as <c>22-02</c>; <see langword="null"/> without backups.</summary>
    public string? BackupWindow { get; init; }

    /// <summary>Bytes sent this month, if Hetzner knows.</summary>
    public long? OutgoingTraffic { get; init; }

    /// <summary>Bytes received this month, if Hetzner knows.</summary>
    public long? IngoingTraffic { get; init; }

    /// <summary>Free bytes a month.</summary>
    public long? IncludedTraffic { get; init; }

    /// <summary>The size of its own disk in GB.</summary>
    public decimal PrimaryDiskSize { get; init; }

    /// <summary>What it is protected from.</summary>
    public ServerProtection Protection { get => field ?? new(false, false); init; }

    /// <summary>The ids of attached volumes.</summary>
    public IReadOnlyList<long> Volumes { get => field ?? []; init; }

    /// <summary>The ids of load balancers it is a target of.</summary>
    public IReadOnlyList<long> LoadBalancers { get => field ?? []; init; }

    /// <summary>The ISO in its drive; <see langword="null"/> when there is none.</summary>
    public Iso? Iso { get; init; }

    /// <summary>The placement group it belongs to; <see langword="null"/> when to none.</summary>
    public PlacementGroup? PlacementGroup { get; init; }
}

/// <summary>What a server is protected from.</summary>
/// <param name="Delete">Deleting answers 423 <c>protected</c>.</param>
/// <param name="Rebuild">Rebuilding answers 423 <c>protected</c>.</param>
public sealed record ServerProtection(bool Delete, bool Rebuild);

/// <summary>The server statuses known today (Hetzner's OpenAPI document). An open set.</summary>
public static class ServerStatus
{
    /// <summary>On. Says nothing about whether it booted.</summary>
    public const string Running = "running";

    /// <summary>Being made.</summary>
    public const string Initializing = "initializing";

    /// <summary>Being switched on.</summary>
    public const string Starting = "starting";

    /// <summary>Shutting down.</summary>
    public const string Stopping = "stopping";

    /// <summary>Off; still billed.</summary>
    public const string Off = "off";

    /// <summary>Being deleted.</summary>
    public const string Deleting = "deleting";

    /// <summary>Moving to another host.</summary>
    public const string Migrating = "migrating";

    /// <summary>Being made anew from an image.</summary>
    public const string Rebuilding = "rebuilding";

    /// <summary>Hetzner does not know.</summary>
    public const string Unknown = "unknown";
}

internal static class EmptyLabels
{
    public static readonly IReadOnlyDictionary<string, string> Value = new Dictionary<string, string>();
}

internal sealed record ServerAnswer(Server? Server);

internal sealed record ServerList(IReadOnlyList<Server>? Servers) : Http.Page<Server>
{
    public override IReadOnlyList<Server> Items => Servers ?? [];
}
