using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>Machines made of timers: any platform, thousands at once, nothing running between their events.</summary>
internal sealed class SimulatedDriver(LocalCloudOptions options, SimulatedBoot boot, MachineFaults faults, TimeProvider time) : IMachineDriver
{
    /// <summary>What a small Debian takes.</summary>
    private const long SystemBytes = 750_000_000;

    private readonly ConcurrentDictionary<long, SimulatedMachine> _machines = new();
    private readonly ConcurrentDictionary<long, SimulatedDisk> _images = new();
    private int _lastAddress;

    public event Action<long, PowerState>? PowerChanged;

    public string Name => "simulated";

    public string HostAddress => "127.0.0.1";

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<string> CreateAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        await Task.Delay(options.CreateTime, time, cancellationToken);
        return _machines.GetOrAdd(spec.ServerId, _ => new SimulatedMachine(spec, NewDisk(spec))).Address;
    }

    /// <summary>From 198.18.0.0/15, which is set aside for tests of devices and belongs to nobody.</summary>
    public string AllocateAddress()
    {
        var n = Interlocked.Increment(ref _lastAddress);
        return $"198.{18 + n / 65536 % 2}.{n / 256 % 256}.{n % 256}";
    }

    public void ReleaseAddress(string address)
    {
        // There are more of them than anybody asks for.
    }

    public Task SetAddressAsync(long serverId, string? address, CancellationToken cancellationToken)
    {
        Machine(serverId).Address = address ?? "";
        return Task.CompletedTask;
    }

    public async Task StartAsync(long serverId, CancellationToken cancellationToken)
    {
        var machine = Machine(serverId);
        await Task.Delay(options.StartTime, time, cancellationToken);
        if (machine.TurnOn() is { } run)
        {
            _ = boot.RunAsync(machine, run);
        }
    }

    public Task ShutdownAsync(long serverId, CancellationToken cancellationToken)
    {
        var machine = Machine(serverId);
        if (machine.On && !machine.IgnoresShutdown)
        {
            machine.Print("Powering off.");
            machine.ShuttingDown = true;
            _ = ShutdownLaterAsync(serverId, machine);
        }

        return Task.CompletedTask;
    }

    public Task PowerOffAsync(long serverId, CancellationToken cancellationToken)
    {
        Machine(serverId).TurnOff();
        return Task.CompletedTask;
    }

    public Task RebuildAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var machine = Machine(spec.ServerId);
        machine.TurnOff();
        machine.ReplaceDisk(spec, NewDisk(spec));
        return Task.Delay(options.CreateTime, time, cancellationToken);
    }

    public async Task<long> SnapshotAsync(long serverId, long imageId, CancellationToken cancellationToken)
    {
        var machine = Machine(serverId);
        await Task.Delay(options.CreateTime, time, cancellationToken);
        lock (machine.Gate)
        {
            _images[imageId] = machine.Disk.Copy(newUserData: null);
        }

        return SystemBytes;
    }

    public Task DeleteImageAsync(long imageId, CancellationToken cancellationToken)
    {
        _images.TryRemove(imageId, out _);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(long serverId, CancellationToken cancellationToken)
    {
        if (_machines.TryRemove(serverId, out var machine))
        {
            machine.Dispose();
        }

        return Task.CompletedTask;
    }

    public JsonElement Keep() => JsonSerializer.SerializeToElement(
        new SimulatedState(
            _lastAddress, [.. _machines.OrderBy(m => m.Key).Select(m => SimulatedMachineState.Of(m.Value))],
            new SortedDictionary<long, SimulatedDiskState>(_images.ToDictionary(i => i.Key, i => SimulatedDiskState.Of(i.Value)))),
        StateJson.Wire.SimulatedState);

    public Task RestoreAsync(KeptMachines kept, CancellationToken cancellationToken)
    {
        var state = kept.Driver.Deserialize(StateJson.Wire.SimulatedState)!;
        _lastAddress = state.LastAddress;
        foreach (var (id, disk) in state.Images.Where(i => kept.Images.Contains(i.Key)))
        {
            _images[id] = disk.Restore(userData: null);
        }

        foreach (var one in state.Machines.Where(m => kept.Machines.ContainsKey(m.Spec.ServerId)))
        {
            var machine = one.Restore(kept.Machines[one.Spec.ServerId]);
            _machines[one.Spec.ServerId] = machine;
            // Time did not pass for it: it goes on where it was, or boots again when it was caught in its boot.
            if (one.On && machine.TurnOn(one.Reachable, one.UnitActive, one.ShuttingDown) is var run && !(one.Reachable && machine.Disk.FirstBootDone))
            {
                _ = boot.RunAsync(machine, run);
            }

            if (one.ShuttingDown)
            {
                _ = ShutdownLaterAsync(one.Spec.ServerId, machine);
            }
        }

        return Task.CompletedTask;
    }

    public Task ResumeAsync(long serverId, CancellationToken cancellationToken) =>
        Machine(serverId).On ? Task.CompletedTask : StartAsync(serverId, cancellationToken);

    public Task<string> ReadConsoleAsync(long serverId, CancellationToken cancellationToken) =>
        Task.FromResult(Machine(serverId).Console);

    public async Task<ExecResult> ExecuteAsync(long serverId, ExecRequest request, CancellationToken cancellationToken)
    {
        var machine = Machine(serverId);
        if (faults.Take("ssh_refuses", machine.Spec) is not null)
        {
            throw new MachineUnavailableException("connection refused");
        }

        if (faults.Take("ssh_hangs", machine.Spec) is { } hangs)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(hangs.TakenBack, cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new MachineConnectionLostException();
        }

        if (machine.On && machine.Reachable && faults.Take("ssh_changes_host_key", machine.Spec) is not null)
        {
            machine.ChangeHostKey();
        }

        var result = SimulatedExec.Run(machine, request);
        return faults.Take("ssh_drops", machine.Spec) is null ? result : throw new MachineConnectionLostException();
    }

    /// <summary>Makes a machine deaf to its power button, or not.</summary>
    public void IgnoreShutdown(long serverId, bool ignore) => Machine(serverId).IgnoresShutdown = ignore;

    /// <summary>The machine dies: nobody asked it to, and nothing is saved.</summary>
    public void Crash(long serverId)
    {
        if (Machine(serverId).TurnOff())
        {
            PowerChanged?.Invoke(serverId, PowerState.Off);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var id in _machines.Keys)
        {
            if (_machines.TryRemove(id, out var machine))
            {
                machine.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    private async Task ShutdownLaterAsync(long serverId, SimulatedMachine machine)
    {
        await Task.Delay(options.StartTime, time);
        if (machine.TurnOff())
        {
            PowerChanged?.Invoke(serverId, PowerState.Off);
        }
    }

    private SimulatedDisk NewDisk(MachineSpec spec)
    {
        if (spec.SnapshotId is not { } image)
        {
            return new SimulatedDisk(spec.UserData);
        }

        return _images.TryGetValue(image, out var copied)
            ? copied.Copy(spec.UserData)
            : throw new InvalidOperationException($"Image {image} was deleted before server {spec.ServerId} could be made from it.");
    }

    private SimulatedMachine Machine(long serverId) =>
        _machines.TryGetValue(serverId, out var machine) ? machine : throw new MachineNotFoundException(serverId);
}
