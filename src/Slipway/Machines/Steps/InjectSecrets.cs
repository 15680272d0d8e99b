using Slipway.Blueprints;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Secrets;

namespace Slipway.Machines.Steps;

/// <summary>Brings the agent's files and its unit onto the machine: secrets go through one standard input and nowhere else.</summary>
public sealed class InjectSecrets(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var values = await secrets.ReadAgentAsync(blueprint, context.Subject, cancellationToken);
        var unit = new RenderedFile($"/etc/systemd/system/{blueprint.Unit.Name}.service", "root:root", "0644", new Secret(blueprint.RenderUnit()));
        var files = blueprint.RenderFiles(values).Append(unit).ToList();
        var result = await shell.RunAsync(machine, RemoteScripts.PlaceFiles(files), cancellationToken);
        return result.ExitCode == 0
            ? Done(state, $"{files.Count} files")
            : Retry($"Writing the agent's files failed with exit code {result.ExitCode}: {Redaction.Apply(result.Stderr, values.Values)}");
    }
}

/// <summary>Enables and starts the agent's unit, now that everything it needs is in place.</summary>
public sealed class StartUnit(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell) : Step<MachineState>
{
    public override TimeSpan Patience => TimeSpan.FromMinutes(3);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var result = await shell.RunAsync(machine, RemoteScripts.StartUnit(blueprint), cancellationToken);
        if (result.ExitCode == 0)
        {
            return Done(state with { SeenHealthy = result.Stdout.Trim() == "ok" });
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
