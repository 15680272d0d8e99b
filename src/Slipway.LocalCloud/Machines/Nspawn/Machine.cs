namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>One machine: its disk, and the container that runs on it while the power is on.</summary>
internal sealed partial class Machine(
    MachineSpec spec, int number, MachineDisk disk, MachineNetwork network, PrivateNetworks privateNetworks,
    Func<Machine, CancellationToken, Task<Container>> boot, Action<PowerState> powerChanged, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Container? _running;
    private Task _watching = Task.CompletedTask;

    public MachineSpec Spec { get; private set; } = spec;

    public int Number => number;

    public MachineDevices Devices { get; } = new(spec.Address);

    public MachineDisk Disk => disk;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_running is null)
            {
                await BootAsync(cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Changes the address; a running machine gets it when it boots next.</summary>
    public Task SetAddressAsync(string? address, CancellationToken cancellationToken) => ChangeAsync(
        _ =>
        {
            Devices.Address = address;
            return Task.CompletedTask;
        },
        cancellationToken);

    public Task AttachVolumeAsync(long volumeId, string directory, CancellationToken cancellationToken) => ChangeAsync(
        async running =>
        {
            if (running is not null && !Devices.Volumes.ContainsKey(volumeId))
            {
                await MountNamespace.MountAsync(running.InitProcess, directory, MachineDevices.MountPoint(volumeId));
            }

            Devices.Add(volumeId, directory);
        },
        cancellationToken);

    public Task DetachVolumeAsync(long volumeId, CancellationToken cancellationToken) => ChangeAsync(
        running => Devices.Remove(volumeId) && running is not null
            ? MountNamespace.UnmountAsync(running.InitProcess, MachineDevices.MountPoint(volumeId))
            : Task.CompletedTask,
        cancellationToken);

    public Task AttachNetworkAsync(MachineInterface nic, CancellationToken cancellationToken) => ChangeAsync(
        running => Devices.Plug(nic) is (var place, true) && running is not null
            ? ConnectAsync(running, place, nic, cancellationToken)
            : Task.CompletedTask,
        cancellationToken);

    public Task DetachNetworkAsync(long networkId, CancellationToken cancellationToken) => ChangeAsync(
        _ => Devices.Unplug(networkId) is { } place ? network.RemovePrivatePortAsync(number, place) : Task.CompletedTask,
        cancellationToken);

    public void RequestShutdown() => _running?.RequestShutdown();

    public Task PowerOffAsync() => PowerOffAndAsync(() => Task.CompletedTask);

    /// <summary>Shuts the machine down as its owner would, and pulls the plug when that takes too long; the disk stays.</summary>
    public async Task ShutDownAsync(TimeSpan patience, TimeProvider clock)
    {
        RequestShutdown();
        await _watching.WaitAsync(patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await PowerOffAsync();
        await _watching;
        _gate.Dispose();
    }

    /// <summary>Ends the machine and takes its disk away.</summary>
    public async ValueTask DisposeAsync()
    {
        await PowerOffAndAsync(disk.DeleteAsync);
        await _watching;
        _gate.Dispose();
    }

    public Task RebuildAsync(MachineSpec spec, Func<MachineSpec, Task> reset) =>
        PowerOffAndAsync(async () =>
        {
            Spec = spec;
            await reset(spec);
        });

    /// <summary>Copies the disk while the machine, if it runs, stands still: a copy of one moment, as after a power cut.</summary>
    public async Task<long> SnapshotAsync(string snapshot, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _running?.Pause();
            return await disk.CopyToAsync(snapshot, cancellationToken);
        }
        finally
        {
            _running?.Resume();
            _gate.Release();
        }
    }

    private async Task PowerOffAndAsync(Func<Task> then)
    {
        await _gate.WaitAsync();
        try
        {
            if (Interlocked.Exchange(ref _running, null) is { } container)
            {
                await EndAsync(container);
            }

            await then();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task BootAsync(CancellationToken cancellationToken)
    {
        var container = await boot(this, cancellationToken);
        try
        {
            foreach (var (place, nic) in Devices.Interfaces)
            {
                await ConnectAsync(container, place, nic, cancellationToken);
            }
        }
        catch
        {
            await EndAsync(container);
            throw;
        }

        _running = container;
        _watching = WatchAsync(container);
    }

    private Task ConnectAsync(Container container, int place, MachineInterface nic, CancellationToken cancellationToken) =>
        privateNetworks.ConnectAsync(
            container.InitProcess, network.PrivatePort(number, place), MachineDevices.DeviceName(place), nic, cancellationToken);

    private async Task EndAsync(Container container)
    {
        await container.KillAsync();
        foreach (var (place, _) in Devices.Interfaces)
        {
            await network.RemovePrivatePortAsync(number, place);
        }
    }

    private async Task ChangeAsync(Func<Container?, Task> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await change(_running);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task WatchAsync(Container container)
    {
        try
        {
            if (!await EndedByItselfAsync(container))
            {
                return;
            }
        }
        catch (Exception e)
        {
            Log.LostTrack(logger, Spec.ServerId, e);
        }

        powerChanged(PowerState.Off);
    }

    /// <returns>False if the machine runs again, or a call of ours ended it.</returns>
    private async Task<bool> EndedByItselfAsync(Container container)
    {
        var reboot = await container.AwaitExitAsync();
        await _gate.WaitAsync();
        try
        {
            if (_running != container)
            {
                return false;
            }

            _running = null;
            await EndAsync(container);
            if (reboot)
            {
                await BootAsync(CancellationToken.None);
            }

            return !reboot;
        }
        finally
        {
            _gate.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Machine {ServerId} ended and could not be followed further; it is off")]
        public static partial void LostTrack(ILogger logger, long serverId, Exception exception);
    }
}
