using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines.Workflows;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Deletes the server and does not believe it before Hetzner says that it is gone.</summary>
public sealed class DeleteServer(MachineStore machines, HetznerClient hetzner, GoneServers goneServers, ControlPlane controlPlane, ServerByWorkflow workflow) : Step<MachineState>
{
    private static readonly TimeSpan LateArrival = TimeSpan.FromSeconds(5);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (await machines.FindAsync(context.Subject, cancellationToken) is not { } machine)
        {
            return Done(state, "no machine was ever asked for");
        }

        if (state.Executor == Executors.GitHubActions && await workflow.EndAsync(context, cancellationToken) is { } notYet)
        {
            return notYet;
        }

        if (machine.ServerId is not { } id)
        {
            return await SeekAsync(state, context, machine, cancellationToken);
        }

        var gone = await hetzner.Servers.DeleteAsync(id, cancellationToken) is not { } deletion
            || await goneServers.IsGoneAsync(new DeletedServer(id, machine.Subject, deletion.Id), cancellationToken);
        return gone
            ? Gone(state, context, $"server {id} is gone")
            : Wait(context.Now.AddSeconds(1), $"Hetzner still shows server {id}.");
    }

    private StepOutcome Gone(MachineState state, StepContext context, string message) => Done(state, message) with
    {
        Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Destroying),
    };

    /// <summary>No id was stored, but a create may have been under way: looks by name, twice, because it may arrive late.</summary>
    private async Task<StepOutcome> SeekAsync(MachineState state, StepContext context, Machine machine, CancellationToken cancellationToken)
    {
        var found = await hetzner.Servers.FindByNameAsync(machine.Name, cancellationToken);
        if (found is null)
        {
            return context.IsFirstAttempt
                ? Wait(context.Now + LateArrival, "No server is there; looking once more, in case one arrives late.")
                : Gone(state, context, "no server was made");
        }

        if (!MachineLabels.IsOurs(found, await controlPlane.GetIdAsync(cancellationToken), machine))
        {
            return Gone(state, context, $"server {found.Id} has our name but is not ours; it was left alone");
        }

        await hetzner.Servers.DeleteAsync(found.Id, cancellationToken);
        return Wait(context.Now.AddSeconds(1), $"Server {found.Id} was deleted; making sure.");
    }
}
