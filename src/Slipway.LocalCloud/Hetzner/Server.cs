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

    public required bool HasIpv4 { get; init; }

    public required bool HasIpv6 { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public Dictionary<long, string> Firewalls { get; } = [];

    public string Status { get; set; } = ServerStatus.Initializing;

    /// <summary>The machine's address, once it has one.</summary>
    public string? Ipv4 { get; set; }

    public bool ProtectedFromDelete { get; set; }

    public bool ProtectedFromRebuild { get; set; }

    /// <summary>How many running actions forbid another.</summary>
    public int Locks { get; set; }

    /// <summary>What was last begun on the machine; the next work waits for it.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>Told when the machine turned itself off.</summary>
    public TaskCompletionSource? TurnedOff { get; set; }

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
