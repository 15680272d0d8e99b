using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Ssh;

namespace Slipway.Machines.Steps;

/// <summary>From here on the agent is called running again only when it was seen well, with its new secrets or its former ones.</summary>
public sealed class BeginSecretChange(MachineStore machines) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        Done(state) with { Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting) });
}

/// <summary>Brings the secrets that were put aside onto the machine and restarts the agent. They count only once the agent was well with them.</summary>
public sealed class PlaceNewSecrets(SecretPlacing placing) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        placing.PlaceAsync(state, context.Subject, SecretSet.New, cancellationToken);
}

/// <summary>What was put aside takes the place of what was.</summary>
public sealed class AdoptSecrets(SecretStore secrets) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var aside = await secrets.ReadAsideAsync(context.Subject, cancellationToken);
        return Done(state, string.Join(", ", aside.Keys.Order(StringComparer.Ordinal))) with { Also = transaction => secrets.AdoptAsync(transaction, context.Subject, aside) };
    }
}

/// <summary>Puts the former secrets back onto the machine.</summary>
public sealed class PutBackSecrets(SecretPlacing placing, MachineStore machines, HetznerClient hetzner) : PutBack(machines, hetzner)
{
    protected override Task<StepOutcome> PlaceAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        placing.PlaceAsync(state, context.Subject, SecretSet.Present, cancellationToken);
}

/// <summary>Puts back onto the machine what was there; one that is to go, or is gone, needs nothing.</summary>
public abstract class PutBack(MachineStore machines, HetznerClient hetzner) : Step<MachineState>
{
    /// <summary>How long a machine may not be reached before anybody asks whether it is there.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Operation.CancelReason is not null)
        {
            return Done(state, "the machine is to go: nothing is put back");
        }

        try
        {
            return await PlaceAsync(state, context, cancellationToken);
        }
        catch (SshException e) when (!e.IsFinal)
        {
            return context.Elapsed > Silence && await IsGoneAsync(context, cancellationToken)
                ? Done(state, "its server is gone: nothing is put back")
                : Retry(e.Message);
        }
    }

    protected abstract Task<StepOutcome> PlaceAsync(MachineState state, StepContext context, CancellationToken cancellationToken);

    private async Task<bool> IsGoneAsync(StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        return machine.ServerId is not { } id || await hetzner.Servers.FindAsync(id, cancellationToken) is null;
    }
}

/// <summary>Waits until the agent is well as it was before, and forgets what was to be new.</summary>
public sealed class AwaitFormerHealth(AwaitHealthy healthy, MachineStore machines, SecretStore secrets) : Step<MachineState>
{
    /// <summary>After this, what was changed is not what the agent lacks.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(15);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Operation.CancelReason is not null)
        {
            return Forget(state, context, running: false, "the machine is to go");
        }

        return await healthy.RunAsync(state, context, cancellationToken) switch
        {
            StepOutcome.Done => Forget(state, context, running: true, "the agent is well as it was before"),
            _ when context.Elapsed > LongEnough => Forget(state, context, running: false, "the agent is not well as it was before either"),
            StepOutcome.Wait wait => wait,
            _ => Wait(context.Now.AddSeconds(5), "The agent is not well again yet."),
        };
    }

    private StepOutcome Forget(MachineState state, StepContext context, bool running, string message) => Done(state, message) with
    {
        Also = async transaction =>
        {
            await secrets.GiveUpAsideAsync(transaction, context.Subject);
            if (running)
            {
                await machines.SetRunningAsync(transaction, context.Subject);
            }
        },
    };
}
