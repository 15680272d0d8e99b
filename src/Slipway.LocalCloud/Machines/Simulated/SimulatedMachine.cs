using System.Text;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>One machine: a disk that survives a restart, and a run that does not. Guarded by its own lock.</summary>
internal sealed class SimulatedMachine(MachineSpec spec, SimulatedDisk disk) : IDisposable
{
    private readonly StringBuilder _console = new();
    private CancellationTokenSource? _run;

    public Lock Gate { get; } = new();

    public MachineSpec Spec { get; private set; } = spec;

    public string Address { get; set; } = spec.Address ?? "";

    public SimulatedDisk Disk { get; private set; } = disk;

    public bool On => _run is not null;

    /// <summary>Whether it got so far that it can be talked to.</summary>
    public bool Reachable { get; set; }

    /// <summary>The unit runs; lost when the power goes.</summary>
    public bool UnitActive { get; set; }

    /// <summary>Asks this machine to ignore the power button, as a hung one does.</summary>
    public bool IgnoresShutdown { get; set; }

    /// <summary>Its power button was pressed.</summary>
    public bool ShuttingDown { get; set; }

    public string Console
    {
        get
        {
            lock (Gate)
            {
                return _console.ToString();
            }
        }
    }

    public void Print(string line)
    {
        lock (Gate)
        {
            _console.Append(line).Append('\n');
        }
    }

    /// <summary>Switches on; null when it was on.</summary>
    public CancellationToken? TurnOn()
    {
        lock (Gate)
        {
            if (_run is not null)
            {
                return null;
            }

            _run = new CancellationTokenSource();
            return _run.Token;
        }
    }

    /// <summary>Is on again after a restart, as far as it was.</summary>
    public CancellationToken TurnOn(bool reachable, bool unitActive, bool shuttingDown)
    {
        lock (Gate)
        {
            (Reachable, UnitActive, ShuttingDown) = (reachable, unitActive, shuttingDown);
            _run = new CancellationTokenSource();
            return _run.Token;
        }
    }

    /// <summary>Switches off; false when it was off.</summary>
    public bool TurnOff()
    {
        CancellationTokenSource? run;
        lock (Gate)
        {
            run = _run;
            _run = null;
            Reachable = false;
            UnitActive = false;
            ShuttingDown = false;
        }

        // Outside the lock: what is cancelled may want it.
        run?.Cancel();
        run?.Dispose();
        return run is not null;
    }

    public void Dispose() => TurnOff();

    public void ChangeHostKey()
    {
        lock (Gate)
        {
            Disk.HostKey = HostKey.Create();
        }
    }

    public void ReplaceDisk(MachineSpec newSpec, SimulatedDisk disk)
    {
        lock (Gate)
        {
            Spec = newSpec;
            Disk = disk;
        }
    }
}

/// <summary>What a rebuild throws away.</summary>
internal sealed class SimulatedDisk(string? userData)
{
    public string? UserData => userData;

    public HostKey HostKey { get; set; } = HostKey.Create();

    public CloudConfig Config { get; set; } = CloudConfig.Empty;

    /// <summary>The first boot ran to its end; later ones do not repeat it.</summary>
    public bool FirstBootDone { get; set; }

    /// <summary>What the boot script reported; null before it did.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Report { get; set; }

    /// <summary>A file with this word in it does the agent no good: it starts and is never well.</summary>
    public const string MakesUnwell = "simulated-unwell";

    /// <summary>The SSH authorities that were brought to it since its first boot.</summary>
    public string? Authorities { get; set; }

    public bool FilesPlaced { get; set; }

    public bool Unwell { get; set; }

    public bool UnitEnabled { get; set; }

    /// <summary>What another machine starts from: all that was placed, while host key and first boot are made anew for it.</summary>
    public SimulatedDisk Copy(string? newUserData) => new(newUserData) { FilesPlaced = FilesPlaced, Unwell = Unwell, UnitEnabled = UnitEnabled };
}
