namespace Slipway.LocalCloud.Hetzner;

/// <summary>A server as the project keeps it; read and written under <see cref="HetznerProject.Gate"/>.</summary>
internal sealed class Server : IDisposable
{
    private readonly CancellationTokenSource _deleted = new();

    public required long Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset Created { get; init; }

    public required ServerType Type { get; set; }

    public required Location Location { get; init; }

    public required Image Image { get; set; }

    public required string? UserData { get; set; }

    public required IReadOnlyList<string> AuthorizedKeys { get; init; }

    /// <summary>In GB; a change of the type may leave it as it was.</summary>
    public required int DiskSize { get; set; }

    public PrimaryIp? PrimaryIpv4 { get; set; }

    public PrimaryIp? PrimaryIpv6 { get; set; }

    public List<NetworkAttachment> Networks { get; } = [];

    public List<Volume> Volumes { get; } = [];

    public HashSet<long> FloatingIps { get; } = [];

    public HashSet<long> LoadBalancers { get; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public Dictionary<long, string> Firewalls { get; } = [];

    public string Status { get; set; } = ServerStatus.Initializing;

    public string? Ipv4 => PrimaryIpv4?.Ip;

    public PlacementGroup? PlacementGroup { get; set; }

    public Iso? Iso { get; set; }

    /// <summary>When the daily backup is due, or null when there is none.</summary>
    public string? BackupWindow { get; set; }

    /// <summary>The next boot's system, if it is not the disk's.</summary>
    public RescueSystem? Rescue { get; set; }

    /// <summary>When the machine got power and when it lost it, in turn.</summary>
    public List<DateTimeOffset> PowerSwitches { get; } = [];

    public bool ProtectedFromDelete { get; set; }

    public bool ProtectedFromRebuild { get; set; }

    /// <summary>How many running actions forbid another.</summary>
    public int Locks { get; set; }

    /// <summary>What was last begun on the machine; the next work waits for it.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>Told when the machine turned itself off.</summary>
    public TaskCompletionSource? TurnedOff { get; set; }

    /// <summary>Refuses what may not be done while another action runs.</summary>
    public void RequireUnlocked()
    {
        if (Locks > 0)
        {
            throw HetznerFault.Locked();
        }
    }

    public void RecordPower(bool on, DateTimeOffset at)
    {
        var wasOn = PowerSwitches.Count % 2 == 1;
        if (on != wasOn)
        {
            PowerSwitches.Add(at);
        }
    }

    public bool HadPower(DateTimeOffset at) => PowerSwitches.Count(s => s <= at) % 2 == 1;

    public CancellationToken Deleted => _deleted.Token;

    public void Cancel() => _deleted.Cancel();

    public void Dispose() => _deleted.Dispose();
}

internal static class ServerStatus
{
    public const string Initializing = "initializing";
    public const string Starting = "starting";
    public const string Running = "running";
    public const string Stopping = "stopping";
    public const string Off = "off";
    public const string Rebuilding = "rebuilding";
}
