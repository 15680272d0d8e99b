using System.Collections.Concurrent;
using System.Globalization;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What machines are given besides a disk: addresses, firewalls, volumes and private networks.</summary>
public sealed partial class NspawnDriver
{
    private readonly NumberPool _numbers = new(2, 254, "machines of one LocalCloud");
    private readonly NumberPool _hosts = new(2, 254, "addresses of the machines' bridge");
    private readonly ConcurrentDictionary<long, IReadOnlyList<MachineFirewallRule>> _firewalls = new();
    private readonly SemaphoreSlim _firewallGate = new(1, 1);

    /// <summary>A free address on the bridge; only the <see cref="SubnetOctet"/>'s are ever handed out.</summary>
    public string AllocateAddress() => Network.Address(_hosts.Take());

    public void ReleaseAddress(string address)
    {
        if (address.StartsWith(Network.Address(0)[..^1], StringComparison.Ordinal))
        {
            _hosts.Return(int.Parse(address.AsSpan(address.LastIndexOf('.') + 1), CultureInfo.InvariantCulture));
        }
    }

    public async Task SetAddressAsync(long serverId, string? address, CancellationToken cancellationToken)
    {
        var machine = Find(serverId);
        var rules = _firewalls.GetValueOrDefault(serverId);
        await RemoveFirewallAsync(serverId, machine.Devices.Address);
        await machine.SetAddressAsync(address, cancellationToken);
        await SetFirewallAsync(serverId, rules, cancellationToken);
    }

    public async Task SetFirewallAsync(long serverId, IReadOnlyList<MachineFirewallRule>? rules, CancellationToken cancellationToken)
    {
        var machine = Find(serverId);
        if (rules is null)
        {
            await RemoveFirewallAsync(serverId, machine.Devices.Address);
            return;
        }

        await _firewallGate.WaitAsync(cancellationToken);
        try
        {
            _firewalls[serverId] = rules;
            if (machine.Devices.Address is { } address)
            {
                await _firewallTable!.SetAsync(address, rules, cancellationToken);
            }
        }
        finally
        {
            _firewallGate.Release();
        }
    }

    public Task CreateVolumeAsync(long volumeId, CancellationToken cancellationToken)
    {
        RootFile.CreateDirectory(VolumesDirectory);
        RootFile.CreateDirectory(VolumeDirectory(volumeId));
        return Task.CompletedTask;
    }

    public async Task DeleteVolumeAsync(long volumeId, CancellationToken cancellationToken)
    {
        if (_machines.Values.Any(m => m.Devices.Volumes.ContainsKey(volumeId)))
        {
            throw new InvalidOperationException($"Volume {volumeId} is in a machine; detach it first.");
        }

        await _tools.RemoveTreeAsync(VolumeDirectory(volumeId));
    }

    public Task AttachVolumeAsync(long serverId, long volumeId, CancellationToken cancellationToken) =>
        Directory.Exists(VolumeDirectory(volumeId))
            ? Find(serverId).AttachVolumeAsync(volumeId, VolumeDirectory(volumeId), cancellationToken)
            : throw new InvalidOperationException($"Volume {volumeId} does not exist; create it first.");

    public Task DetachVolumeAsync(long serverId, long volumeId, CancellationToken cancellationToken) =>
        Find(serverId).DetachVolumeAsync(volumeId, cancellationToken);

    public Task AttachNetworkAsync(long serverId, MachineInterface nic, CancellationToken cancellationToken) =>
        Find(serverId).AttachNetworkAsync(nic, cancellationToken);

    public Task DetachNetworkAsync(long serverId, long networkId, CancellationToken cancellationToken) =>
        Find(serverId).DetachNetworkAsync(networkId, cancellationToken);

    public Task DeleteNetworkAsync(long networkId, CancellationToken cancellationToken) => _privateNetworks!.DeleteAsync(networkId);

    private string VolumesDirectory => Path.Combine(Disks, "volumes");

    private string VolumeDirectory(long volumeId) => Path.Combine(VolumesDirectory, volumeId.ToString(CultureInfo.InvariantCulture));

    private async Task RemoveFirewallAsync(long serverId, string? address)
    {
        await _firewallGate.WaitAsync();
        try
        {
            // The address may be another machine's already, with rules of its own.
            var others = _machines.Values.Any(m => m.Spec.ServerId != serverId && m.Devices.Address == address);
            if (_firewalls.TryRemove(serverId, out _) && address is not null && !others)
            {
                await _firewallTable!.SetAsync(address, rules: null, CancellationToken.None);
            }
        }
        finally
        {
            _firewallGate.Release();
        }
    }
}
