using System.Globalization;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>The machine's share of the faults, asked for by the machine they may strike.</summary>
internal sealed class MachineFaults(Faults faults)
{
    /// <summary>Told after every addition and removal.</summary>
    public event Action? Changed
    {
        add => faults.Changed += value;
        remove => faults.Changed -= value;
    }

    public Fault? Take(string kind, MachineSpec machine) => faults.Take(kind, f => Meant(f, machine));

    public Fault? Find(string kind, MachineSpec machine) => faults.Find(kind, f => Meant(f, machine));

    private static bool Meant(Fault fault, MachineSpec machine) =>
        fault.Means("server", machine.Hostname, machine.ServerId.ToString(CultureInfo.InvariantCulture));
}
