using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Asks the machine to shut down, as its power button would.</summary>
public sealed class ShutDownServer(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        await hetzner.Servers.ShutdownAsync(machine.ServerId!.Value, cancellationToken);
        return Done(state) with { Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Stopping) };
    }
}

/// <summary>Waits until the server is off; a machine that does not obey within a minute has its plug pulled.</summary>
public sealed class AwaitOff(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public override TimeSpan Patience => TimeSpan.FromMinutes(5);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var id = machine.ServerId!.Value;
        var server = await hetzner.Servers.FindAsync(id, cancellationToken);
        switch (server)
        {
            case null:
                return Fail($"Server {id} vanished at Hetzner while it was being stopped.");
            case { Status: "off" }:
                var forced = context.Elapsed >= Grace ? "the machine did not shut down by itself; it was powered off and may have lost data" : null;
                return Done(state, forced) with { Also = transaction => machines.SetStoppedAsync(transaction, context.Subject) };
            default:
                if (context.Elapsed >= Grace)
                {
                    await hetzner.Servers.PowerOffAsync(id, cancellationToken);
                }

                return Wait(context.Now.AddSeconds(context.Elapsed < TimeSpan.FromSeconds(5) ? 1 : 3), "The machine shuts down.");
        }
    }
}
