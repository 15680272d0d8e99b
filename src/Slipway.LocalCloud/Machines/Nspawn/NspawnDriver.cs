using System.Collections.Concurrent;
using System.Net.Sockets;
using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Real machines: each server is a systemd-nspawn container with its own disk, address, systemd, cloud-init and sshd.</summary>
public sealed partial class NspawnDriver(NspawnOptions options, TimeProvider clock, ILoggerFactory loggers) : IMachineDriver
{
    private readonly ILogger _logger = loggers.CreateLogger<NspawnDriver>();
    private readonly ToolRunner _tools = new(clock);
    private readonly SpawnThread _spawner = new();
    private readonly ConcurrentDictionary<long, Machine> _machines = new();
    private readonly ConcurrentDictionary<int, LoopbackRelay> _relays = new();
    private MetadataService? _metadata;
    private InstanceRecord? _instance;
    private MachineNetwork? _network;
    private PrivateNetworks? _privateNetworks;
    private FirewallTable? _firewallTable;

    public event Action<long, PowerState>? PowerChanged;

    /// <summary>Trouble that was asked for; null when none can be.</summary>
    internal MachineFaults? Faults { get; init; }

    public string Name => "nspawn";

    /// <summary>N in 10.77.N.0/24 (machines) and 100.77.N.0/24 (their tailnet addresses, routed here to the bridge).</summary>
    public int SubnetOctet => Instance.Octet;

    public string HostAddress => Network.Gateway;

    private InstanceRecord Instance => _instance
        ?? throw new InvalidOperationException("The driver has no network yet; call InitializeAsync first.");

    private MachineNetwork Network => _network
        ?? throw new InvalidOperationException("The driver has no network yet; call InitializeAsync first.");

    /// <summary>Removes what dead LocalClouds left on this computer.</summary>
    /// <returns>How many of them there were.</returns>
    public static Task<int> SweepAsync(NspawnOptions options, TimeProvider clock, CancellationToken cancellationToken = default) =>
        Registry(options, new ToolRunner(clock), clock).SweepAsync(cancellationToken);

    /// <summary>Lists processes, control groups, mounts, interfaces, nft tables and directories of LocalClouds that are dead, or run in this process.</summary>
    public static IReadOnlyList<string> FindLeftovers(NspawnOptions options) =>
        Task.Run(Registry(options, new ToolRunner(TimeProvider.System), TimeProvider.System).FindAsync).GetAwaiter().GetResult();

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        ToolRunner.RequireRootAndTools();
        _instance = await Registry(options, _tools, clock).ClaimAsync(options.SubnetOctet, cancellationToken);
        RootFile.CreatePrivateDirectory(Disks);
        _network = new MachineNetwork(_instance.Octet, _tools);
        _privateNetworks = new PrivateNetworks(_instance.Octet, _tools);
        _firewallTable = new FirewallTable(_network, _tools);
        new ControlGroup(InstanceRegistry.GroupName(_instance.Octet)).Create();
        await _network.CreateAsync(cancellationToken);
        _metadata = await MetadataService.StartAsync(_network.Gateway, FindByAddress, cancellationToken);
        await _network.CreateTableAsync(_metadata.Port, options.ControlUrl is { IsLoopback: true } own ? own.Port : null, cancellationToken);
        foreach (var port in options.ExposedPorts)
        {
            Expose(port);
        }

        if (options.ControlUrl is { IsLoopback: true } control)
        {
            Expose(control.Port);
        }

        await new MachineImage(options.ImageCacheDirectory, options.Mirror, _tools, clock, _logger)
            .EnsureAsync(UseImage, () => [.. InstanceRegistry.ImagesInUse(), .. KeptDisks.Images(options.ImageCacheDirectory)], cancellationToken);
        Log.Ready(_logger, _network.Bridge, _network.Gateway);
    }

    /// <summary>Lets machines reach a loopback port of this computer at <see cref="HostAddress"/>; again for the same port does nothing.</summary>
    public void Expose(int port)
    {
        try
        {
            _relays.GetOrAdd(port, p => new LoopbackRelay(HostAddress, p, _logger));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            // Whoever listens on this port listens on every address, and machines reach it without our help.
            Log.AlreadyReachable(_logger, port, HostAddress);
        }
    }

    public async Task<string> CreateAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        if (!_machines.TryGetValue(spec.ServerId, out var machine))
        {
            machine = NewMachine(spec, _numbers.Take());
            if (!_machines.TryAdd(spec.ServerId, machine))
            {
                throw new InvalidOperationException($"The machine of server {spec.ServerId} is being made already; wait for it.");
            }

            try
            {
                await ResetAsync(machine, spec);
            }
            catch
            {
                _machines.TryRemove(spec.ServerId, out _);
                _numbers.Return(machine.Number);
                throw;
            }
        }

        return machine.Devices.Address ?? "";
    }

    public Task StartAsync(long serverId, CancellationToken cancellationToken) => Find(serverId).StartAsync(cancellationToken);

    public Task ShutdownAsync(long serverId, CancellationToken cancellationToken)
    {
        Find(serverId).RequestShutdown();
        return Task.CompletedTask;
    }

    public Task PowerOffAsync(long serverId, CancellationToken cancellationToken) => Find(serverId).PowerOffAsync();

    public Task RebuildAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        var machine = Find(spec.ServerId);
        return machine.RebuildAsync(spec, fresh => ResetAsync(machine, fresh));
    }

    public Task<long> SnapshotAsync(long serverId, long imageId, CancellationToken cancellationToken) =>
        Find(serverId).SnapshotAsync(ImageDirectory(imageId), cancellationToken);

    public Task DeleteImageAsync(long imageId, CancellationToken cancellationToken) => _tools.RemoveTreeAsync(ImageDirectory(imageId));

    public async Task DeleteAsync(long serverId, CancellationToken cancellationToken)
    {
        if (_machines.TryGetValue(serverId, out var machine))
        {
            await machine.DisposeAsync();
            await RemoveFirewallAsync(serverId, machine.Devices.Address);
            if (_machines.TryRemove(serverId, out _))
            {
                _numbers.Return(machine.Number);
            }
        }
    }

    public Task<string> ReadConsoleAsync(long serverId, CancellationToken cancellationToken) =>
        Find(serverId).Disk.ReadConsoleAsync(cancellationToken);

    public Task<ExecResult> ExecuteAsync(long serverId, ExecRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Real machines are reached by SSH; only simulated ones have a side channel.");

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(options.KeepIn is null
            ? _machines.Keys.Select(id => DeleteAsync(id, CancellationToken.None))
            : _machines.Values.Select(m => m.ShutDownAsync(ShutdownPatience, clock)));
        _spawner.Dispose();
        _privateNetworks?.Dispose();
        foreach (var relay in _relays.Values)
        {
            await relay.DisposeAsync();
        }

        if (_metadata is not null)
        {
            await _metadata.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _instance, null) is { } instance)
        {
            await Registry(options, _tools, clock).RemoveAsync(instance);
        }
    }

    private static InstanceRegistry Registry(NspawnOptions options, ToolRunner tools, TimeProvider clock) =>
        new(options.StateDirectory, tools, clock);

    private void UseImage(string image)
    {
        _instance = Instance with { Image = image };
        InstanceRegistry.Write(_instance);
        if (options.KeepIn is { } kept)
        {
            KeptDisks.Announce(options.ImageCacheDirectory, kept);
        }
    }

    private Machine Find(long serverId) =>
        _machines.TryGetValue(serverId, out var machine)
            ? machine
            : throw new MachineNotFoundException(serverId);

    private MachineMetadata? FindByAddress(string address) =>
        _machines.Values.FirstOrDefault(m => m.Devices.Address == address) is { } machine
            ? new MachineMetadata(machine.Spec, address, Network.Gateway, machine.Devices.Networks)
            : null;

    private Machine NewMachine(MachineSpec spec, int number)
    {
        var id = spec.ServerId;
        var disk = new MachineDisk(Path.Combine(Disks, $"{id}"), _tools);
        var group = new ControlGroup($"{InstanceRegistry.GroupName(SubnetOctet)}/{id}");
        return new Machine(
            spec,
            number,
            disk,
            Network,
            _privateNetworks!,
            (machine, ct) => BootAsync(machine, disk, group, ct),
            state => PowerChanged?.Invoke(id, state),
            _logger);
    }

    private string ImageDirectory(long imageId) => Path.Combine(Disks, $"image-{imageId}");

    private async Task<Container> BootAsync(Machine machine, MachineDisk disk, ControlGroup group, CancellationToken cancellationToken)
    {
        if (Faults is not null)
        {
            BootTrouble.Prepare(Faults, machine.Spec, disk.Upper);
        }

        var container = await Container.StartAsync(_spawner, disk, options.KeepIn is not null, machine.Devices, Network, machine.Number, group, clock, cancellationToken);
        if (Faults is not null)
        {
            _ = new SshTrouble(machine.Spec, disk.Upper, group, Faults, _tools, clock, _logger).RunAsync(container.AwaitExitAsync());
        }

        return container;
    }

    private Task ResetAsync(Machine machine, MachineSpec spec) =>
        machine.Disk.ResetAsync(spec, Instance.Image!, spec.SnapshotId is { } id ? ImageDirectory(id) : null, ControlUrlForMachines());

    private Uri? ControlUrlForMachines() =>
        options.ControlUrl is { IsLoopback: true } control
            ? new UriBuilder(control) { Host = HostAddress }.Uri
            : options.ControlUrl;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Real machines are ready on {Bridge}; they reach this computer at {Gateway}")]
        public static partial void Ready(ILogger logger, string bridge, string gateway);

        [LoggerMessage(2, LogLevel.Information, "Port {Port} already listens at {Gateway}, so it is not relayed to loopback")]
        public static partial void AlreadyReachable(ILogger logger, int port, string gateway);
    }
}
