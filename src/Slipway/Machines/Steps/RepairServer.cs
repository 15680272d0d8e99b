using System.Globalization;
using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Says why a machine is repaired; one whose agent is down for it is not called running any more until it is seen well.</summary>
public sealed class BeginRepair(MachineStore machines) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        Done(state, state.Repair!.Why) with
        {
            Also = transaction => state.Repair is { ShouldRun: true, Interrupts: true } ? machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting) : Task.CompletedTask,
        });
}

/// <summary>Puts our firewall on the server, if it is not on it.</summary>
public sealed class AttachFirewall(MachineStore machines, HetznerClient hetzner, ControlPlaneFirewall firewall) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) is not { } server)
        {
            return Fail($"Server {machine.ServerId} vanished at Hetzner while it was being repaired.");
        }

        var id = await firewall.EnsureAsync(cancellationToken);
        if (server.PublicNet.Firewalls.FirstOrDefault(f => f.Id == id) is { } attached)
        {
            return attached.Status == "pending"
                ? Wait(context.Now.AddSeconds(2), $"Hetzner attaches firewall {id}.")
                : Done(state, context.IsFirstAttempt ? "in place" : string.Create(CultureInfo.InvariantCulture, $"firewall {id} is attached"));
        }

        try
        {
            await hetzner.Firewalls.ApplyAsync(id, [FirewallResource.OfServer(server.Id)], cancellationToken);
            return Wait(context.Now.AddSeconds(1), $"Hetzner attaches firewall {id}.");
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.NotFound)
        {
            await firewall.ForgetAsync(cancellationToken);
            return Retry(e.Message);
        }
    }
}

/// <summary>Switches the server on, if it should run and does not.</summary>
public sealed class SwitchOn(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (!state.Repair!.ShouldRun)
        {
            return Done(state, "it was stopped, and stays so");
        }

        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        switch (await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken))
        {
            case null:
                return Fail($"Server {machine.ServerId} vanished at Hetzner while it was being repaired.");
            case { Status: ServerStatus.Running }:
                return Done(state, context.IsFirstAttempt ? "it is on" : "switched on");
            case { Status: ServerStatus.Off, Locked: false } server:
                await hetzner.Servers.PowerOnAsync(server.Id, cancellationToken);
                return Wait(context.Now.AddSeconds(2), $"Server {server.Id} is switched on.");
            case var server:
                return Wait(context.Now.AddSeconds(3), $"Server {server.Id} is {server.Status}.");
        }
    }
}

/// <summary>Waits until the agent is well again, if it should run and was down.</summary>
public sealed class AwaitRepaired(AwaitHealthy healthy) : Step<MachineState>
{
    public override TimeSpan Patience => healthy.Patience;

    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        state.Repair switch
        {
            { ShouldRun: false } => Task.FromResult(Done(state, "it was stopped, and stays so")),
            { Interrupts: false } => Task.FromResult(Done(state, "it was never down")),
            _ => healthy.RunAsync(state, context, cancellationToken),
        };
}
