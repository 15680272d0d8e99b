using System.Text.Json;

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

    /// <summary>Gives the machine a disk and its address; it is off.</summary>
    /// <returns>The machine's IPv4 address, empty if it has none.</returns>
    Task<string> CreateAsync(MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>Takes an IPv4 address that no machine has; it stays taken until <see cref="ReleaseAddress"/>.</summary>
    string AllocateAddress();

    /// <summary>Gives an address back; one that is not taken is no error.</summary>
    void ReleaseAddress(string address);

    /// <summary>Changes the address of a machine that is off; null takes it away.</summary>
    Task SetAddressAsync(long serverId, string? address, CancellationToken cancellationToken);

    /// <summary>Lets only what the rules allow pass to and from the machine's address; null removes the firewall.</summary>
    /// <remarks>A driver without packets has nothing to filter.</remarks>
    Task SetFirewallAsync(long serverId, IReadOnlyList<MachineFirewallRule>? rules, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes an empty volume.</summary>
    Task CreateVolumeAsync(long volumeId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Destroys a volume that no machine has, with everything on it.</summary>
    Task DeleteVolumeAsync(long volumeId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Mounts a volume at <c>/mnt/HC_Volume_&lt;id&gt;</c> of a machine, running or not; it is there after a restart too.</summary>
    Task AttachVolumeAsync(long serverId, long volumeId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes a volume out of a machine.</summary>
    Task DetachVolumeAsync(long serverId, long volumeId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Plugs a machine, running or not, into a private network; again for the same network replaces what the next boot gets.</summary>
    Task AttachNetworkAsync(long serverId, MachineInterface nic, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes a machine out of a private network.</summary>
    Task DetachNetworkAsync(long serverId, long networkId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes away what the machines of a private network were connected by.</summary>
    Task DeleteNetworkAsync(long networkId, CancellationToken cancellationToken) => Task.CompletedTask;

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

    /// <summary>What this driver must find again after a restart of LocalCloud, besides the machines' disks.</summary>
    /// <exception cref="NotSupportedException">Its machines end with LocalCloud.</exception>
    JsonElement Keep() => throw new NotSupportedException($"the {Name} driver keeps no machines over a restart; start without a state");

    /// <summary>After a restart, before anything else: takes up again the machines that were there, and clears away what belongs to none of them.</summary>
    Task RestoreAsync(KeptMachines kept, CancellationToken cancellationToken) => throw new NotSupportedException($"the {Name} driver keeps no machines over a restart");

    /// <summary>After a restart: gives power again to a machine that had it, unless it never lost it.</summary>
    Task ResumeAsync(long serverId, CancellationToken cancellationToken) => StartAsync(serverId, cancellationToken);

    /// <summary>What the machine wrote to its console since it was made.</summary>
    Task<string> ReadConsoleAsync(long serverId, CancellationToken cancellationToken);

    /// <summary>Runs a script in the machine over the side channel; only the simulated driver has one.</summary>
    Task<ExecResult> ExecuteAsync(long serverId, ExecRequest request, CancellationToken cancellationToken);
}

/// <summary>What of a driver's things there still is.</summary>
/// <param name="Driver">What <see cref="IMachineDriver.Keep"/> gave.</param>
/// <param name="Machines">Servers whose machine was made and is not to go, with their user_data, which the driver need not keep a second time.</param>
/// <param name="Unfinished">Those of them whose disk was just being replaced.</param>
/// <param name="Volumes">Volumes that were made.</param>
/// <param name="Images">Images that were made.</param>
/// <param name="Addresses">Addresses that are taken.</param>
public sealed record KeptMachines(
    JsonElement Driver, IReadOnlyDictionary<long, string?> Machines, IReadOnlySet<long> Unfinished, IReadOnlySet<long> Volumes, IReadOnlySet<long> Images,
    IReadOnlyList<string> Addresses);

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
    long? SnapshotId = null)
{
    /// <summary>The address the machine gets, from <see cref="IMachineDriver.AllocateAddress"/>; null for a machine without one.</summary>
    public string? Address { get; init; }

    /// <summary>Where the server is, e.g. <c>fsn1</c>.</summary>
    public string Location { get; init; } = "";

    /// <summary>The location's network zone, e.g. <c>eu-central</c>.</summary>
    public string NetworkZone { get; init; } = "";
}

/// <summary>What may pass to or from a machine; answers to what passed are never held up.</summary>
/// <param name="Inbound">Whether it is about what comes to the machine.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>esp</c> or <c>gre</c>.</param>
/// <param name="Ports">A port or a range like <c>80-85</c>; null is any.</param>
/// <param name="Peers">CIDR blocks of the other side.</param>
public sealed record MachineFirewallRule(bool Inbound, string Protocol, string? Ports, IReadOnlyList<string> Peers);

/// <summary>A machine's place in a private network.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Range">The network's whole range, e.g. <c>10.0.0.0/16</c>: what is reached through this interface.</param>
/// <param name="Ip">The machine's address in it.</param>
/// <param name="MacAddress">The interface's hardware address.</param>
/// <param name="AliasIps">More addresses; as at Hetzner nobody configures them but the machine's owner.</param>
public sealed record MachineInterface(long NetworkId, string Range, string Ip, string MacAddress, IReadOnlyList<string> AliasIps)
{
    /// <summary>The network's name, for the machine's metadata.</summary>
    public string NetworkName { get; init; } = "";

    /// <summary>The part of the range the address is from.</summary>
    public string Subnet { get; init; } = "";

    /// <summary>The network's first address, which Hetzner keeps for itself.</summary>
    public string Gateway { get; init; } = "";
}

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
