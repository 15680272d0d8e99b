using Slipway.Blueprints;
using Slipway.Machines.Authorities;
using Slipway.Machines.Workflows;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Writes the names of everything that will be made, before any of it is.</summary>
public sealed class RegisterMachine(MachineStore machines, BlueprintStore blueprints, ControlPlane controlPlane, SshAuthorityStore authorities, TailscaleSettings tailscale, ServerByWorkflow workflow) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var order = state.Order!;
        var blueprint = await blueprints.GetAsync(order.BlueprintDigest, cancellationToken);
        if (blueprint.Tailscale.Enabled && !tailscale.Enabled)
        {
            return Fail($"Blueprint '{blueprint.Name}' wants a tailnet, but Tailscale:Enabled is false here. Configure Tailscale, or set 'tailscale: false' in the blueprint.");
        }

        var executor = workflow.ExecutorOf(blueprint);
        if (executor == Executors.GitHubActions && !workflow.IsConfigured)
        {
            return Fail($"Blueprint '{blueprint.Name}' is to be made by a workflow at GitHub, but section GitHub is not configured here. Set GitHub:Repository, GitHub:Token and GITHUB_CALLBACK_SECRET, or take 'executor' out of the blueprint.");
        }

        var machine = new Machine
        {
            Subject = context.Subject,
            Name = context.Subject,
            Status = MachineStatus.Creating,
            BlueprintDigest = order.BlueprintDigest,
            OperationId = context.OperationId,
            // Unlike the server's name this one is new for every attempt: a stale device of an earlier one can never be mistaken for it.
            TailscaleHostname = blueprint.Tailscale.Enabled ? $"{context.Subject}-{context.OperationId[^4..]}" : null,
        };
        return Done(state with { Executor = executor }, order.Why) with
        {
            Also = async transaction =>
            {
                await machines.RegisterAsync(transaction, machine, ControlPlane.Hash(controlPlane.NewBootToken(context.OperationId)));
                await authorities.DecideAnewAsync(transaction, context.Subject, context.OperationId);
                if (executor == Executors.GitHubActions)
                {
                    await workflow.RegisterAsync(transaction, context);
                }
            },
        };
    }
}

/// <summary>Ends a machine's life in our own books, last of all.</summary>
public sealed class ForgetMachine(MachineStore machines) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        Done(state) with { Also = transaction => machines.SetGoneAsync(transaction, context.Subject) });
}
