using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Secrets;

namespace Slipway.Machines.Steps;

/// <summary>From here on the agent is called running again only when it was seen well, in its new version or its former one.</summary>
public sealed class BeginUpdate(MachineStore machines, BlueprintStore blueprints) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var from = await blueprints.GetAsync(state.Update!.FromDigest, cancellationToken);
        var to = await blueprints.GetAsync(state.Update.ToDigest, cancellationToken);
        return Done(state, $"{to.Name}: from {from.Version} to {to.Version}") with
        {
            Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.Starting),
        };
    }
}

/// <summary>Goes through packages and setup of the new version, if they are others; the agent goes on meanwhile.</summary>
public sealed class PrepareVersion(VersionPlacing placing) : Step<MachineState>
{
    /// <summary>As long as a first boot may take for the same.</summary>
    public override TimeSpan Patience => TimeSpan.FromMinutes(30);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        await placing.PrepareAsync(state, state.Update!.ToDigest, context, cancellationToken) switch
        {
            { IsDone: true } => Done(state),
            { Failure: { } failure } => Fail(failure),
            { Needed: false } => Done(state, "packages and setup are the same"),
            _ => Wait(context.Now.AddSeconds(2), "The setup of the new version is under way on the machine."),
        };
}

/// <summary>Brings the new version's files and unit onto the machine, takes away what only the former one had, and starts it.</summary>
public sealed class PlaceVersion(VersionPlacing placing) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        placing.PlaceAsync(state, context.Subject, state.Update!.ToDigest, state.Update.FromDigest, SecretSet.New, cancellationToken);
}

/// <summary>Says "running" when the health check of the new version has passed on the machine.</summary>
public sealed class AwaitUpdated(AwaitHealthy healthy, MachineStore machines) : Step<MachineState>
{
    /// <summary>The longest a blueprint may ask for, and some.</summary>
    public override TimeSpan Patience => TimeSpan.FromMinutes(35);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        state.UnitSeen == UnitSeen.Healthy
            ? Done(state) with { Also = transaction => machines.SetRunningAsync(transaction, context.Subject) }
            : await healthy.LookAsync(state, context, await machines.GetAsync(context.Subject, cancellationToken), state.Update!.ToDigest, cancellationToken);
}

/// <summary>The new version is what the machine runs.</summary>
public sealed class AdoptVersion(MachineStore machines, SecretStore secrets) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var aside = await secrets.ReadAsideAsync(context.Subject, cancellationToken);
        return Done(state) with
        {
            Also = async transaction =>
            {
                await machines.SetBlueprintAsync(transaction, context.Subject, state.Update!.ToDigest);
                await secrets.AdoptAsync(transaction, context.Subject, aside);
            },
        };
    }
}

/// <summary>Puts the former version back: its packages and setup if the new ones were others, its files, its unit.</summary>
public sealed class PutBackVersion(VersionPlacing placing, MachineStore machines, HetznerClient hetzner) : PutBack(machines, hetzner)
{
    protected override async Task<StepOutcome> PlaceAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        await placing.PrepareAsync(state, state.Update!.FromDigest, context, cancellationToken) switch
        {
            { Failure: { } failure } => Retry(failure),
            { IsDone: false, Needed: true } => Wait(context.Now.AddSeconds(2), "The setup of the former version is under way on the machine."),
            _ => await placing.PlaceAsync(state, context.Subject, state.Update.FromDigest, state.Update.ToDigest, SecretSet.Present, cancellationToken),
        };
}

/// <summary>How far the setup of a version is.</summary>
/// <param name="Needed">False when both versions have the same.</param>
/// <param name="IsDone">Whether it came to a good end.</param>
/// <param name="Failure">What became of it otherwise, if it has ended.</param>
public readonly record struct Preparation(bool Needed, bool IsDone = false, string? Failure = null);

/// <summary>Brings a version of a blueprint onto a machine that runs another.</summary>
public sealed class VersionPlacing(SecretPlacing placing, MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell)
{
    public async Task<Preparation> PrepareAsync(MachineState state, string digest, StepContext context, CancellationToken cancellationToken)
    {
        var from = await blueprints.GetAsync(state.Update!.FromDigest, cancellationToken);
        var to = await blueprints.GetAsync(state.Update.ToDigest, cancellationToken);
        if (!from.NeedsSetup(to))
        {
            return new Preparation(Needed: false);
        }

        var version = digest == from.Digest ? from : to;
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var result = await shell.RunAsync(machine, RemoteScripts.PrepareVersion($"{context.OperationId}-{version.Version}", version), cancellationToken);
        if (result.Stdout.Contains("exit 0\n", StringComparison.Ordinal))
        {
            return new Preparation(Needed: true, IsDone: true);
        }

        if (result.ExitCode == 0 && result.Stdout.Contains("running\n", StringComparison.Ordinal))
        {
            return new Preparation(Needed: true);
        }

        var known = await secrets.ReadKnownAsync(context.Subject, cancellationToken);
        return new Preparation(Needed: true, Failure: $"Packages or setup of version {version.Version} failed: {Redaction.Apply((result.Stdout + result.Stderr).Trim(), known)}");
    }

    public async Task<StepOutcome> PlaceAsync(MachineState state, string subject, string digest, string other, SecretSet set, CancellationToken cancellationToken) =>
        await placing.PlaceAsync(
            state, await machines.GetAsync(subject, cancellationToken), await blueprints.GetAsync(digest, cancellationToken), await blueprints.GetAsync(other, cancellationToken),
            set, cancellationToken);
}
