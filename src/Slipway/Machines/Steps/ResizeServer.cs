using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Looks whether the machine can become what is asked for, before anything is switched off for it.</summary>
public sealed class BeginResize(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var order = state.Resize!;
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) is not { } server)
        {
            return Fail($"Server {machine.ServerId} is gone at Hetzner.");
        }

        var type = await hetzner.ServerTypes.FindByNameAsync(order.ServerType, cancellationToken);
        if (Refuse(order.ServerType, type, server) is { } refusal)
        {
            return Fail(refusal);
        }

        // What it was is what it was at Hetzner, also if somebody had changed it there.
        var former = FormerMachine.Of(machine) with { ServerType = server.ServerType.Name };
        return Done(state with { Former = former }, $"from {server.ServerType.Name} to {order.ServerType}") with
        {
            Also = transaction => order.ShouldRun ? machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Stopping) : Task.CompletedTask,
        };
    }

    private static string? Refuse(string wanted, ServerType? type, Server server)
    {
        var place = type?.Locations.FirstOrDefault(l => l.Name == server.Location.Name);
        return type switch
        {
            null => $"Hetzner has no server type '{wanted}'.",
            _ when type.Architecture != server.ServerType.Architecture =>
                $"A '{wanted}' is an {type.Architecture} machine and this one is {server.ServerType.Architecture}: its disk does not run there.",
            _ when type.Disk < server.PrimaryDiskSize =>
                $"The machine's disk has {server.PrimaryDiskSize:0} GB and a '{wanted}' only {type.Disk:0} GB: a disk cannot shrink. Choose a type with at least as much.",
            { Locations.Count: > 0 } when place is null => $"There is no '{wanted}' in {server.Location.Name}, where the machine is. Choose another type.",
            _ when place is { Available: false } => $"A '{wanted}' is sold out in {server.Location.Name}, where the machine is. Choose another type, or try later.",
            _ => null,
        };
    }
}

/// <summary>Has the server off, by its power button and after a minute by force, unless it is of the wanted type already.</summary>
public sealed class ShutDownForResize(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        switch (await hetzner.Servers.FindAsync(id, cancellationToken))
        {
            case null:
                return Fail($"Server {id} vanished at Hetzner while it was being resized.");
            case var server when server.ServerType.Name == state.Resize!.ServerType:
                return Done(state, "its type is right");
            case { Status: ServerStatus.Off }:
                return Done(state, context.Elapsed >= Grace ? "the machine did not shut down by itself; it was powered off and may have lost data" : null);
            case { Status: ServerStatus.Running } when context.IsFirstAttempt:
                await hetzner.Servers.ShutdownAsync(id, cancellationToken);
                break;
            case { Status: ServerStatus.Running } when context.Elapsed >= Grace:
                await hetzner.Servers.PowerOffAsync(id, cancellationToken);
                break;
        }

        return Wait(context.Now.AddSeconds(context.Elapsed < TimeSpan.FromSeconds(5) ? 1 : 3), "The machine shuts down.");
    }
}

/// <summary>Changes the server's type; its disk stays as it is unless it was asked to grow, so that there is a way back.</summary>
public sealed class ResizeServer(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    internal const string InvalidServerType = "invalid_server_type";

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var order = state.Resize!;
        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        switch (await hetzner.Servers.FindAsync(id, cancellationToken))
        {
            case null:
                return Fail($"Server {id} vanished at Hetzner while it was being resized.");
            case var server when server.ServerType.Name == order.ServerType:
                return Done(state with { Actions = [] }, "its type is right");
            case { Locked: true }:
                return Wait(context.Now.AddSeconds(3), $"Hetzner works on server {id}.");
            case { Status: ServerStatus.Running }:
                await hetzner.Servers.PowerOffAsync(id, cancellationToken);
                return Wait(context.Now.AddSeconds(3), $"Server {id} is on again and is powered off.");
        }

        try
        {
            var action = await hetzner.Servers.ChangeTypeAsync(id, order.ServerType, order.UpgradeDisk, cancellationToken);
            return Done(state with { Actions = [action.Id] });
        }
        catch (HetznerException e) when (IsRefusal(e))
        {
            return Fail($"Hetzner does not make it a '{order.ServerType}': {e.Message}");
        }
    }

    internal static bool IsRefusal(HetznerException e) =>
        e.Code is HetznerErrorCodes.ResourceUnavailable or HetznerErrorCodes.PlacementError or HetznerErrorCodes.ResourceLimitExceeded or InvalidServerType;
}

/// <summary>Waits until the server is of its new type, and writes it down: what is compared with the cloud, and what a new server would be.</summary>
public sealed class AwaitResize(MachineStore machines, HetznerClient hetzner, ActionWaits actions) : Step<MachineState>
{
    public override TimeSpan Patience => TimeSpan.FromMinutes(30);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var wanted = state.Resize!.ServerType;
        if (state.Actions.Count > 0 && !await actions.AreFinishedAsync(state.Actions, context.OperationId))
        {
            return Wait(context.Now.AddSeconds(30), $"Hetzner makes it a '{wanted}'.");
        }

        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        return await hetzner.Servers.FindAsync(id, cancellationToken) switch
        {
            null => Fail($"Server {id} vanished at Hetzner while it was being resized."),
            { Locked: false } server when server.ServerType.Name == wanted => Done(state with { Actions = [] }) with
            {
                Also = transaction => machines.SetTypeAsync(transaction, context.Subject, wanted, wanted),
            },
            _ => Wait(context.Now.AddSeconds(3), $"Server {id} is no '{wanted}' yet."),
        };
    }
}

/// <summary>Switches the server on, if it ran before; one that was stopped stays so, whatever Hetzner did after changing it.</summary>
public sealed class SwitchOnResized(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        switch (await hetzner.Servers.FindAsync(id, cancellationToken))
        {
            case null:
                return Fail($"Server {id} vanished at Hetzner while it was being resized.");
            case { Status: ServerStatus.Running } when state.Resize!.ShouldRun:
                return Done(state) with { Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting) };
            case { Status: ServerStatus.Off } when !state.Resize!.ShouldRun:
                return Done(state, "it was stopped, and stays so");
            case { Status: ServerStatus.Off, Locked: false }:
                await hetzner.Servers.PowerOnAsync(id, cancellationToken);
                return Wait(context.Now.AddSeconds(2), $"Server {id} is switched on.");
            case { Status: ServerStatus.Running, Locked: false }:
                await hetzner.Servers.PowerOffAsync(id, cancellationToken);
                return Wait(context.Now.AddSeconds(2), $"Server {id} is switched off, as it was.");
            case var server:
                return Wait(context.Now.AddSeconds(3), $"Server {id} is {server.Status}.");
        }
    }
}

/// <summary>Waits until the agent is well on the changed machine, if it ran before.</summary>
public sealed class AwaitResizedAgent(AwaitHealthy healthy) : Step<MachineState>
{
    public override TimeSpan Patience => healthy.Patience;

    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) => state.Resize!.ShouldRun
        ? healthy.RunAsync(state, context, cancellationToken)
        : Task.FromResult(Done(state, "it was stopped, and stays so"));
}
