using Slipway.Hetzner;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Gives the server its former type again. Where there is no way back the new one stays, and is written down: the machine comes first.</summary>
public sealed class PutBackServerType(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Operation.CancelReason is not null)
        {
            return Done(state, "the machine is to go: nothing is put back");
        }

        var former = state.Former!;
        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        switch (await hetzner.Servers.FindAsync(id, cancellationToken))
        {
            case null:
                return Done(state, "its server is gone");
            case { Locked: true }:
                return Wait(context.Now.AddSeconds(5), $"Hetzner works on server {id}.");
            case var server when server.ServerType.Name == former.ServerType && context.IsFirstAttempt:
                // A change that got no answer may be about to begin.
                return Wait(context.Now.AddSeconds(5), $"It is a '{former.ServerType}'; looking once more.");
            case var server when server.ServerType.Name == former.ServerType:
                return Done(state, $"it is a '{former.ServerType}' again") with
                {
                    Also = transaction => machines.SetTypeAsync(transaction, context.Subject, former.ServerType, former.ResizedTo),
                };
            case var server when state.Resize!.UpgradeDisk:
                return Stays(state, context, server, "its disk has grown, and there is no way back");
            case { Status: ServerStatus.Off } server:
                return await PutBackAsync(state, context, server, cancellationToken);
            case { Status: ServerStatus.Running } when context.IsFirstAttempt:
                await hetzner.Servers.ShutdownAsync(id, cancellationToken);
                break;
            case { Status: ServerStatus.Running } when context.Elapsed >= ShutDownForResize.Grace:
                await hetzner.Servers.PowerOffAsync(id, cancellationToken);
                break;
        }

        return Wait(context.Now.AddSeconds(3), $"Server {id} shuts down, to become a '{former.ServerType}' again.");
    }

    private async Task<StepOutcome> PutBackAsync(MachineState state, StepContext context, Server server, CancellationToken cancellationToken)
    {
        try
        {
            await hetzner.Servers.ChangeTypeAsync(server.Id, state.Former!.ServerType!, upgradeDisk: false, cancellationToken);
            return Wait(context.Now.AddSeconds(3), $"Hetzner makes it a '{state.Former.ServerType}' again.");
        }
        catch (HetznerException e) when (ResizeServer.IsRefusal(e))
        {
            return Stays(state, context, server, $"Hetzner does not make it a '{state.Former!.ServerType}' again: {e.Message}");
        }
    }

    private StepOutcome Stays(MachineState state, StepContext context, Server server, string why) => Done(state, $"it stays a '{server.ServerType.Name}': {why}") with
    {
        Also = transaction => machines.SetTypeAsync(transaction, context.Subject, server.ServerType.Name, server.ServerType.Name),
    };
}

/// <summary>Switches the server on again if it ran before the change that failed.</summary>
public sealed class SwitchBackOn(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Operation.CancelReason is not null)
        {
            return Done(state, "the machine is to go");
        }

        var (id, status) = ((await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value, state.Resize!.ShouldRun ? ServerStatus.Running : ServerStatus.Off);
        // It may be on its way out still: the first look is not believed.
        if (await hetzner.Servers.FindAsync(id, cancellationToken) is not { } server || (server.Status == status && !context.IsFirstAttempt))
        {
            return Done(state) with
            {
                Also = transaction => state.Resize.ShouldRun ? machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting) : Task.CompletedTask,
            };
        }

        await (state.Resize.ShouldRun ? hetzner.Servers.PowerOnAsync(id, cancellationToken) : hetzner.Servers.PowerOffAsync(id, cancellationToken));
        return Wait(context.Now.AddSeconds(2), $"Server {server.Id} is switched {(state.Resize.ShouldRun ? "on" : "off")} again.");
    }
}

/// <summary>Waits until the agent is well on the machine as it was.</summary>
public sealed class AwaitFormerAgent(AwaitHealthy healthy) : Step<MachineState>
{
    /// <summary>After this the type is not what the agent lacks; reconciliation sees to the rest.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(15);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Former is null)
        {
            return Done(state, "nothing was changed");
        }

        if (!state.Resize!.ShouldRun || context.Operation.CancelReason is not null)
        {
            return Done(state, state.Resize.ShouldRun ? "the machine is to go" : "it was stopped, and stays so");
        }

        return await healthy.RunAsync(state, context, cancellationToken) switch
        {
            StepOutcome.Done done => done,
            _ when context.Elapsed > LongEnough => Done(state, "the agent is not well as it was either"),
            StepOutcome.Wait wait => wait,
            _ => Wait(context.Now.AddSeconds(5), "The agent is not well again yet."),
        };
    }
}
