using System.Diagnostics;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>One boot of a machine: a systemd-nspawn process and everything below it.</summary>
internal sealed class Container
{
    // Mounts are private to the container and its processes live in a namespace of their own: when the outermost process ends,
    // for whatever reason, the kernel takes both away.
    private const string Launch = """
        for group in $GROUPS_TO_JOIN; do echo 0 > "$group/cgroup.procs" || exit 1; done
        exec setsid setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc sh -ec '
          mkdir -p /run/systemd/nspawn; mount -t tmpfs tmpfs /run/systemd/nspawn
          rm -rf work/work
          mount -t overlay overlay -o lowerdir=image,upperdir=upper,workdir=work$OVERLAY root
          exec systemd-nspawn "$@"' sh "$@" >> console.log 2>&1 < /dev/null
        """;

    private const int RebootExitCode = 133;

    private readonly Process _process;
    private readonly MachineNetwork _network;
    private readonly int _number;
    private readonly ControlGroup _group;
    private readonly TimeProvider _clock;

    private Container(Process process, MachineNetwork network, int number, ControlGroup group, TimeProvider clock) =>
        (_process, _network, _number, _group, _clock) = (process, network, number, group, clock);

    public static async Task<Container> StartAsync(
        SpawnThread spawner, MachineDisk disk, bool lasting, MachineDevices devices, MachineNetwork network, int number, ControlGroup group, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        group.Create();
        disk.WriteNetwork(devices.Address, network.Gateway);
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", Launch, "sh", "--quiet", "--directory=root", "--boot", $"--network-bridge={network.Bridge}", $"--machine={network.MachineName(number)}",
                "--keep-unit", "--register=no", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
                "--bind-ro=network:/run/systemd/network",
                .. devices.Volumes.Select(v => $"--bind={Escape(v.Value)}:{MachineDevices.MountPoint(v.Key)}"),
            ])
        {
            WorkingDirectory = disk.Directory,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = ToolRunner.SearchPath;
        // "volatile": most disks need not survive a crash of this computer, and are quicker for it.
        start.Environment["OVERLAY"] = lasting ? "" : ",volatile";
        start.Environment["GROUPS_TO_JOIN"] = string.Join(' ', group.Paths);
        var container = new Container(await spawner.StartAsync(start), network, number, group, clock);
        try
        {
            await container.AwaitFirstProcessAsync(disk, cancellationToken);
            return container;
        }
        catch
        {
            await container.KillAsync();
            throw;
        }
    }

    /// <summary>The id on this computer of the container's first process, which is in all of its namespaces.</summary>
    public int InitProcess { get; private set; }

    /// <summary>Ends when the container did, by itself or not.</summary>
    /// <returns>Whether it asked to be started again.</returns>
    public async Task<bool> AwaitExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode == RebootExitCode;
    }

    /// <summary>Asks the container's init to power off, as nspawn does on SIGTERM.</summary>
    public void RequestShutdown() => _group.Terminate("supervisor");

    public void Pause() => _group.Pause("payload");

    public void Resume() => _group.Resume("payload");

    /// <summary>Pulls the plug, if the container has not ended yet; returns when nothing of it is left.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _group.RemoveAsync(_clock);
        await _network.RemovePortAsync(_number);
    }

    private async Task AwaitFirstProcessAsync(MachineDisk disk, CancellationToken cancellationToken)
    {
        var deadline = _clock.GetUtcNow() + TimeSpan.FromSeconds(30);
        while (_group.Processes("payload").Count == 0)
        {
            if (_process.HasExited || _clock.GetUtcNow() > deadline)
            {
                var console = await disk.ReadConsoleAsync(cancellationToken);
                throw new InvalidOperationException(
                    $"Machine {_network.MachineName(_number)} did not boot; its console ends with: {console[Math.Max(0, console.Length - 1000)..].Trim()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), _clock, cancellationToken);
        }

        InitProcess = _group.Processes("payload").Min();
    }

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
