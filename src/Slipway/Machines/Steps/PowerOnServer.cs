using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Switches the server on.</summary>
public sealed class PowerOnServer(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        await hetzner.Servers.PowerOnAsync(machine.ServerId!.Value, cancellationToken);
        return Done(state) with { Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting) };
    }
}

/// <summary>Takes back a stop that failed: the server is on again, as it was.</summary>
public sealed class KeepRunning(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        // It may be on its way out still: the first look is not believed.
        if (await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) is { } server && (server.Status != "running" || context.IsFirstAttempt))
        {
            await hetzner.Servers.PowerOnAsync(server.Id, cancellationToken);
            return Wait(context.Now.AddSeconds(2), $"Server {server.Id} is switched on again.");
        }

        return Done(state) with { Also = transaction => machines.SetRunningAsync(transaction, context.Subject) };
    }
}

/// <summary>Takes back a start that failed: the server is off again, as it was.</summary>
public sealed class KeepStopped(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        // "Off" may be what was so before it was switched on: the first look is not believed.
        if (await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) is { } server && (server.Status != "off" || context.IsFirstAttempt))
        {
            await hetzner.Servers.PowerOffAsync(server.Id, cancellationToken);
            return Wait(context.Now.AddSeconds(2), $"Server {server.Id} is switched off again.");
        }

        return Done(state) with { Also = transaction => machines.SetStoppedAsync(transaction, context.Subject) };
    }
}
