using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.Machines.Nspawn;
using Slipway.LocalCloud.Machines.Simulated;

namespace Slipway.LocalCloud.Machines;

/// <summary>The one place that knows the drivers by name.</summary>
internal static class MachineDrivers
{
    public static IMachineDriver Create(LocalCloudOptions options, IServiceProvider services) => options.Machines switch
    {
        "simulated" => ActivatorUtilities.CreateInstance<SimulatedDriver>(services),
        // Real machines live in real time, whatever the cloud's clock says.
        "nspawn" => new NspawnDriver(Describe(options), TimeProvider.System, services.GetRequiredService<ILoggerFactory>())
        {
            Faults = new MachineFaults(services.GetRequiredService<Faults>()),
        },
        var name => throw new LocalCloudOptionsException($"unknown driver {name}; use simulated or nspawn"),
    };

    private static NspawnOptions Describe(LocalCloudOptions options)
    {
        var defaults = new NspawnOptions();
        return new NspawnOptions
        {
            StateDirectory = options.StateDirectory.Length > 0 ? options.StateDirectory : defaults.StateDirectory,
            ExposedPorts = options.Expose,
            ControlUrl = new Uri(options.Urls.Split(';')[0]),
        };
    }
}
