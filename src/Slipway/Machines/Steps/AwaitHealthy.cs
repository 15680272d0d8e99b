using Slipway.Blueprints;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Ssh;

namespace Slipway.Machines.Steps;

/// <summary>Says "running" when, and only when, the agent's own health check has passed on its machine.</summary>
public sealed class AwaitHealthy(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell) : Step<MachineState>
{
    public override TimeSpan Patience => TimeSpan.FromMinutes(15);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.UnitSeen == UnitSeen.Healthy)
        {
            return Done(state) with { Also = transaction => machines.SetRunningAsync(transaction, context.Subject) };
        }

        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        return await LookAsync(state, context, machine, machine.BlueprintDigest, cancellationToken);
    }

    /// <summary>Asks as a version of the blueprint says, which need not be the one the machine is known to run.</summary>
    internal async Task<StepOutcome> LookAsync(MachineState state, StepContext context, Machine machine, string digest, CancellationToken cancellationToken)
    {
        var blueprint = await blueprints.GetAsync(digest, cancellationToken);
        try
        {
            var result = await shell.RunAsync(machine, RemoteScripts.CheckHealth(blueprint), cancellationToken);
            if (result.ExitCode == 0)
            {
                return Done(state) with { Also = transaction => machines.SetRunningAsync(transaction, context.Subject) };
            }

            var values = await secrets.ReadKnownAsync(context.Subject, cancellationToken);
            return NotYet(context, blueprint, Redaction.Apply((result.Stdout + result.Stderr).Trim(), values));
        }
        catch (SshException e) when (!e.IsFinal)
        {
            // A machine that was just switched on has no sshd yet.
            return NotYet(context, blueprint, e.Message);
        }
    }

    private static StepOutcome NotYet(StepContext context, Blueprint blueprint, string seen) =>
        context.Elapsed < blueprint.Health.Timeout
            ? Wait(context.Now + blueprint.Health.Interval, $"The agent is not healthy yet. {seen}")
            : Fail($"The agent was not healthy within {blueprint.Health.Timeout.TotalSeconds:0} s. {seen}");
}
