using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.Machines.Nspawn;
using Slipway.LocalCloud.Machines.Simulated;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Machines;

/// <summary>The one place that knows the drivers by name.</summary>
internal static class MachineDrivers
{
    public static IMachineDriver Create(LocalCloudOptions options, IServiceProvider services, StateDirectory? state) => options.Machines switch
    {
        "simulated" => ActivatorUtilities.CreateInstance<SimulatedDriver>(services),
        // Real machines live in real time, whatever the cloud's clock says.
        "nspawn" => new NspawnDriver(Describe(options, state), TimeProvider.System, services.GetRequiredService<ILoggerFactory>())
        {
            Faults = new MachineFaults(services.GetRequiredService<Faults>()),
        },
        var name => throw new LocalCloudOptionsException($"unknown driver {name}; use simulated or nspawn"),
    };

    private static NspawnOptions Describe(LocalCloudOptions options, StateDirectory? state)
    {
        var defaults = new NspawnOptions();
        return new NspawnOptions
        {
            StateDirectory = options.StateDirectory.Length > 0 ? options.StateDirectory : defaults.StateDirectory,
            ExposedPorts = options.Expose,
            KeepIn = state?.Machines,
            SubnetOctet = state?.Found is { } found ? NspawnState.Read(found.Machines).SubnetOctet : null,
            ControlUrl = new Uri(options.Urls.Split(';')[0]),
        };
    }
}
