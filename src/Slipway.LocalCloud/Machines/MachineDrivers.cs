using Slipway.LocalCloud.Machines.Simulated;

namespace Slipway.LocalCloud.Machines;

/// <summary>The one place that knows the drivers by name.</summary>
internal static class MachineDrivers
{
    public static IMachineDriver Create(LocalCloudOptions options, IServiceProvider services) => options.Machines switch
    {
        "simulated" => ActivatorUtilities.CreateInstance<SimulatedDriver>(services),
        var name => throw new LocalCloudOptionsException($"unknown driver {name}; use simulated or nspawn"),
    };
}
