using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Makes sure of the firewall that all machines share.</summary>
public sealed class EnsureFirewall(ControlPlaneFirewall firewall) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        await firewall.EnsureAsync(cancellationToken);
        return Done(state);
    }
}

/// <summary>The last machine takes the shared firewall with it.</summary>
public sealed class RemoveFirewall(ControlPlaneFirewall firewall, MachineStore machines) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (await machines.AnyOtherAsync(context.Subject, cancellationToken))
        {
            return Done(state, "other machines use it");
        }

        await firewall.RemoveAsync(cancellationToken);
        return Done(state);
    }
}
