using Slipway.Blueprints;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Ssh;

namespace Slipway.Machines.Steps;

/// <summary>
/// Brings the agent's files and its unit onto the machine: secrets go through one standard input and nowhere else. The same connection starts the
/// unit once all are in place; if that does not work, it is the next step's.
/// </summary>
public sealed class InjectSecrets(SecretPlacing placing) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
        placing.PlaceAsync(state, context.Subject, SecretSet.Present, cancellationToken);
}

/// <summary>Which of an agent's secrets.</summary>
public enum SecretSet
{
    Present,

    /// <summary>The present ones, with those put aside in their place.</summary>
    New,
}

/// <summary>Places an agent's files, credentials and unit, and starts it, in one connection.</summary>
public sealed class SecretPlacing(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell)
{
    public async Task<StepOutcome> PlaceAsync(MachineState state, string subject, SecretSet set, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(subject, cancellationToken);
        return await PlaceAsync(state, machine, await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken), null, set, cancellationToken);
    }

    /// <param name="state">The operation's.</param>
    /// <param name="machine">Where.</param>
    /// <param name="blueprint">The version to place.</param>
    /// <param name="other">Another version that may be there, and is to leave nothing behind.</param>
    /// <param name="set">With which secrets.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    internal async Task<StepOutcome> PlaceAsync(MachineState state, Machine machine, Blueprint blueprint, Blueprint? other, SecretSet set, CancellationToken cancellationToken)
    {
        var subject = machine.Subject;
        var values = await secrets.ReadAgentAsync(blueprint, subject, cancellationToken);
        foreach (var (name, value) in set == SecretSet.New ? await secrets.ReadAsideAsync(subject, cancellationToken) : new Dictionary<string, Secret>())
        {
            values[name] = value;
        }

        var credentials = blueprint.RenderCredentials(values);
        List<RenderedFile> files = [.. blueprint.RenderFiles(values), .. blueprint.RenderUnitFiles(credentials)];
        var unwanted = blueprint.UnwantedPaths(values);
        var script = RemoteScripts.PlaceFilesAndStart(files, credentials, other is null ? unwanted : [.. unwanted, .. blueprint.Leftovers(other)], blueprint, other);
        var result = await shell.RunAsync(machine, script, cancellationToken);
        return result.ExitCode == 0
            ? new StepOutcome.Done(state with { UnitSeen = StartUnit.Seen(result) }, credentials.Count == 0 ? $"{files.Count} files" : $"{files.Count} files, {credentials.Count} credentials")
            : new StepOutcome.Retry($"Writing the agent's files failed with exit code {result.ExitCode}: {Redaction.Apply(result.Stderr, [.. values.Values, .. await secrets.ReadKnownAsync(subject, cancellationToken)])}");
    }
}

/// <summary>Starts the agent's unit, now that everything it needs is in place, unless the connection that placed it did.</summary>
public sealed class StartUnit(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell) : Step<MachineState>
{
    public override TimeSpan Patience => TimeSpan.FromMinutes(3);

    public static UnitSeen Seen(SshResult result) =>
        result.Stdout.Contains("ok\n", StringComparison.Ordinal) ? UnitSeen.Healthy
        : result.Stdout.Contains("started\n", StringComparison.Ordinal) ? UnitSeen.Started
        : UnitSeen.NotStarted;

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.UnitSeen != UnitSeen.NotStarted)
        {
            return Done(state, "in the connection that placed the files");
        }

        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var result = await shell.RunAsync(machine, RemoteScripts.StartUnit(blueprint), cancellationToken);
        if (result.ExitCode == 0)
        {
            return Done(state with { UnitSeen = Seen(result) });
        }

        var values = await secrets.ReadKnownAsync(context.Subject, cancellationToken);
        return Retry($"Unit '{blueprint.Unit.Name}' did not start (exit code {result.ExitCode}): {Redaction.Apply(result.Stdout + result.Stderr, values)}");
    }
}

internal static class AgentSecrets
{
    /// <summary>The secrets the blueprint declares; what else is kept for the agent is not the agent's.</summary>
    public static async Task<Dictionary<string, Secret>> ReadAgentAsync(
        this SecretStore secrets, Blueprint blueprint, string subject, CancellationToken cancellationToken)
    {
        var all = await secrets.ReadAllAsync(subject, cancellationToken);
        return all.Where(s => blueprint.Secrets.Any(d => d.Name == s.Key)).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
    }

    /// <summary>All that a machine may have been given and might repeat: also what was put aside, and what it had before.</summary>
    public static async Task<IReadOnlyList<Secret>> ReadKnownAsync(this SecretStore secrets, string subject, CancellationToken cancellationToken) =>
        [.. (await secrets.ReadAllAsync(subject, cancellationToken)).Values, .. (await secrets.ReadAsideAsync(subject, cancellationToken)).Values, .. await secrets.ReadFormerAsync(subject, cancellationToken)];
}
