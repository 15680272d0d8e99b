using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Has the server off before its type is put back, if it is of another.</summary>
public sealed class ShutDownForChange(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var server = await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken);
        switch (server)
        {
            case null:
                return Fail($"Server {machine.ServerId} vanished at Hetzner while it was being repaired.");
            case var _ when server.ServerType.Name == machine.ServerType:
                return Done(state, "its type is right");
            case { Status: ServerStatus.Off }:
                return Done(state);
            case { Status: ServerStatus.Running } when context.IsFirstAttempt && context.Elapsed < Grace:
                await hetzner.Servers.ShutdownAsync(server.Id, cancellationToken);
                break;
            case { Status: ServerStatus.Running } when context.Elapsed >= Grace:
                await hetzner.Servers.PowerOffAsync(server.Id, cancellationToken);
                break;
        }

        return Wait(context.Now.AddSeconds(3), $"Server {machine.ServerId} shuts down, to become a '{machine.ServerType}' again.");
    }
}

/// <summary>Puts the server's type back, leaving its disk as it is, so that the next change stays possible.</summary>
public sealed class ChangeServerType(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var server = await hetzner.Servers.GetAsync(machine.ServerId!.Value, cancellationToken);
        if (server.ServerType.Name == machine.ServerType || machine.ServerType is null)
        {
            return Done(state, "its type is right");
        }

        if (server.Locked)
        {
            return Wait(context.Now.AddSeconds(5), $"Server {server.Id} is locked; Hetzner works on it.");
        }

        var action = await hetzner.Servers.ChangeTypeAsync(server.Id, machine.ServerType, upgradeDisk: false, cancellationToken);
        return Done(state with { Actions = [action.Id] }, $"from {server.ServerType.Name} to {machine.ServerType}");
    }
}

/// <summary>Waits until Hetzner has changed the type.</summary>
public sealed class AwaitServerType(ActionWaits actions) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        state.Actions.Count == 0 || await actions.AreFinishedAsync(state.Actions, context.OperationId)
            ? Done(state with { Actions = [] })
            : Wait(context.Now.AddSeconds(30), "Hetzner changes the server's type.");
}
