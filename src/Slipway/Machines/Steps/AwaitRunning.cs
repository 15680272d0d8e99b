using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines.Workflows;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Waits until the server was made and started. A machine that phoned home has said so itself, and nobody is asked any more.</summary>
public sealed class AwaitRunning(MachineStore machines, HetznerClient hetzner, ActionWaits actions, ServerByWorkflow workflow) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Executor == Executors.GitHubActions)
        {
            return await workflow.AwaitAsync(state, context, cancellationToken);
        }

        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (machine.HostKey is not null || machine.BootStatus is not null)
        {
            await actions.ForgetAsync(state.Actions, context.OperationId);
            return Done(state with { Actions = [] }, "the machine spoke");
        }

        if (state.Actions.Count == 0)
        {
            return await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) switch
            {
                null => Fail($"Server {machine.ServerId} vanished at Hetzner while it was starting."),
                { Status: "running" } => Done(state),
                { Status: "off", Locked: false } => await SwitchOnAsync(state, machine, cancellationToken),
                var server => Wait(context.Now.AddSeconds(3), $"Server {machine.ServerId} is {server.Status}."),
            };
        }

        return await actions.AreFinishedAsync(state.Actions, context.OperationId)
            ? Done(state with { Actions = [] })
            : Wait(context.Now.AddSeconds(30), $"Hetzner works on server {machine.ServerId}.");
    }

    /// <summary>Hetzner at times leaves a new server off (T25).</summary>
    private async Task<StepOutcome> SwitchOnAsync(MachineState state, Machine machine, CancellationToken cancellationToken)
    {
        await hetzner.Servers.PowerOnAsync(machine.ServerId!.Value, cancellationToken);
        return Done(state, $"server {machine.ServerId} was off and was switched on");
    }
}
