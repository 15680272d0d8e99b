namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>What the simulated machines are, to be the same after a restart.</summary>
internal sealed record SimulatedState(int LastAddress, IReadOnlyList<SimulatedMachineState> Machines, IReadOnlyDictionary<long, SimulatedDiskState> Images);

internal sealed record SimulatedMachineState(
    MachineSpec Spec, string Address, string Console, bool On, bool Reachable, bool UnitActive, bool IgnoresShutdown, bool ShuttingDown, SimulatedDiskState Disk)
{
    public static SimulatedMachineState Of(SimulatedMachine machine)
    {
        lock (machine.Gate)
        {
            return new SimulatedMachineState(
                machine.Spec with { UserData = null }, machine.Address, machine.Console, machine.On, machine.Reachable, machine.UnitActive, machine.IgnoresShutdown, machine.ShuttingDown,
                SimulatedDiskState.Of(machine.Disk));
        }
    }

    public SimulatedMachine Restore(string? userData)
    {
        var machine = new SimulatedMachine(Spec with { UserData = userData }, Disk.Restore(userData)) { Address = Address, IgnoresShutdown = IgnoresShutdown };
        if (Console.Length > 0)
        {
            machine.Print(Console[..^1]);
        }

        return machine;
    }
}

/// <param name="HostKey">Its public half, base64.</param>
/// <param name="Configured">Whether its user_data was read.</param>
/// <param name="FirstBootDone">Whether the first boot ran to its end.</param>
/// <param name="Report">What the boot script reported.</param>
/// <param name="FilesPlaced">Whether files were placed.</param>
/// <param name="UnitEnabled">Whether the unit starts with the machine.</param>
/// <param name="Unwell">Whether its files do the agent no good.</param>
internal sealed record SimulatedDiskState(
    string HostKey, bool Configured, bool FirstBootDone, IReadOnlyList<KeyValuePair<string, string>>? Report, bool FilesPlaced, bool UnitEnabled, bool Unwell = false)
{
    public static SimulatedDiskState Of(SimulatedDisk disk) => new(
        disk.HostKey.Base64, disk.Config != CloudConfig.Empty, disk.FirstBootDone, disk.Report, disk.FilesPlaced, disk.UnitEnabled, disk.Unwell);

    public SimulatedDisk Restore(string? userData) => new(userData)
    {
        HostKey = new HostKey(HostKey),
        Config = Configured ? CloudConfig.Read(userData) : CloudConfig.Empty,
        FirstBootDone = FirstBootDone,
        Report = Report,
        FilesPlaced = FilesPlaced,
        UnitEnabled = UnitEnabled,
        Unwell = Unwell,
    };
}
