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
public sealed class InjectSecrets(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var values = await secrets.ReadAgentAsync(blueprint, context.Subject, cancellationToken);
        var unit = new RenderedFile($"/etc/systemd/system/{blueprint.Unit.Name}.service", "root:root", "0644", new Secret(blueprint.RenderUnit()));
        var files = blueprint.RenderFiles(values).Append(unit).ToList();
        var result = await shell.RunAsync(machine, RemoteScripts.PlaceFilesAndStart(files, blueprint), cancellationToken);
        return result.ExitCode == 0
            ? Done(state with { UnitSeen = StartUnit.Seen(result) }, $"{files.Count} files")
            : Retry($"Writing the agent's files failed with exit code {result.ExitCode}: {Redaction.Apply(result.Stderr, values.Values)}");
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

        var values = await secrets.ReadAgentAsync(blueprint, context.Subject, cancellationToken);
        return Retry($"Unit '{blueprint.Unit.Name}' did not start (exit code {result.ExitCode}): {Redaction.Apply(result.Stdout + result.Stderr, values.Values)}");
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
}
