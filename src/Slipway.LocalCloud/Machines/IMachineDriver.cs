namespace Slipway.LocalCloud.Machines;

/// <summary>Makes modelled servers into something that runs: real containers, or a timed imitation of one.</summary>
/// <remarks>Every method is idempotent; a machine is named by the id of the server it belongs to.</remarks>
public interface IMachineDriver : IAsyncDisposable
{
    /// <summary>The name given to <c>--machines</c>.</summary>
    string Name { get; }

    /// <summary>The address at which a machine reaches this computer, e.g. for phone-home.</summary>
    string HostAddress { get; }

    /// <summary>Called when a machine's power changed by itself (it shut down, or died) and not by a call of ours.</summary>
    event Action<long, PowerState>? PowerChanged;

    /// <summary>Clears what a crashed LocalCloud left, and makes what all machines share (bridge, image).</summary>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>Gives the machine a disk and an address; it is off.</summary>
    /// <returns>The machine's IPv4 address.</returns>
    Task<string> CreateAsync(MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>The address <see cref="CreateAsync"/> is going to give, if the driver knows it beforehand: Hetzner tells it in its first answer.</summary>
    string? ReserveAddress(long serverId) => null;

    /// <summary>Boots the machine; returns when its first process runs, long before it is of use.</summary>
    Task StartAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>Asks the machine to shut down (ACPI). It may never do it; <see cref="PowerChanged"/> tells when it did.</summary>
    Task ShutdownAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>Pulls the plug; returns when the machine is off.</summary>
    Task PowerOffAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>Replaces the disk by a fresh one with a new host key; the machine is off afterwards.</summary>
    Task RebuildAsync(MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>Copies the machine's disk as it is now, running or off, to boot other machines from it.</summary>
    /// <returns>How much there was to copy, in bytes.</returns>
    Task<long> SnapshotAsync(long serverId, long imageId, CancellationToken cancellationToken);

    /// <summary>Takes away what <see cref="SnapshotAsync"/> made; machines made from it keep what they have.</summary>
    Task DeleteImageAsync(long imageId, CancellationToken cancellationToken);

    /// <summary>Takes the machine away with its disk and address.</summary>
    Task DeleteAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>What the machine wrote to its console since it was made.</summary>
    Task<string> ReadConsoleAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>Runs a script in the machine over the side channel; only the simulated driver has one.</summary>
    Task<ExecResult> ExecuteAsync(long serverId, ExecRequest request, CancellationToken cancellationToken);
}

/// <summary>Whether a machine has power.</summary>
public enum PowerState
{
    /// <summary>It has none.</summary>
    Off,

    /// <summary>It runs.</summary>
    Running,
}

/// <summary>What a machine is made from.</summary>
/// <param name="ServerId">The server it belongs to.</param>
/// <param name="InstanceId">What the machine's metadata calls instance-id: the server's id.</param>
/// <param name="Hostname">The server's name.</param>
/// <param name="Image">The image's name, e.g. <c>debian-12</c>.</param>
/// <param name="UserData">The document as the API got it, or null.</param>
/// <param name="AuthorizedKeys">Public keys for root, as <c>ssh_keys</c> named them.</param>
/// <param name="SnapshotId">The image given to <see cref="IMachineDriver.SnapshotAsync"/> to start from, or null to start from <paramref name="Image"/>.</param>
public sealed record MachineSpec(
    long ServerId,
    string InstanceId,
    string Hostname,
    string Image,
    string? UserData,
    IReadOnlyList<string> AuthorizedKeys,
    long? SnapshotId = null);

/// <summary>A script for a simulated machine: it answers by the script's name, as a machine of ours would.</summary>
/// <param name="Name">What the machine answers by.</param>
/// <param name="Script">The script itself.</param>
/// <param name="StdinBase64">Its standard input, base64, or null.</param>
public sealed record ExecRequest(string Name, string Script, string? StdinBase64);

/// <summary>How a script ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Stdout">Everything it wrote to standard output.</param>
/// <param name="Stderr">Everything it wrote to standard error.</param>
public sealed record ExecResult(int ExitCode, string Stdout, string Stderr);
