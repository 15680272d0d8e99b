using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Tailscale;

namespace Slipway.Machines.Steps;

/// <summary>Makes the machine's key to the tailnet: single use, a quarter of an hour, found again by its description.</summary>
public sealed class CreateAuthKey(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, TailscaleClient tailscale, TailscaleSettings settings)
    : Step<MachineState>
{
    internal const string SecretName = "tailscale-auth-key";
    private const string DescriptionPrefix = "slipway ";

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        if (!blueprint.Tailscale.Enabled)
        {
            return Done(state, "not wanted");
        }

        if (state.Executor == Executors.GitHubActions)
        {
            return Done(state, "left to the workflow");
        }

        if (!context.IsFirstAttempt)
        {
            // A key is shown once. One whose answer was lost is of no use to us, and must be of none to anybody.
            await RevokeAsync(tailscale, Description(machine), cancellationToken);
        }

        var key = await tailscale.Keys.CreateAsync(
            new CreateAuthKeyRequest { Tags = [settings.Tag], Ephemeral = blueprint.Tailscale.Ephemeral, Description = Description(machine) }, cancellationToken);
        return Done(state with { AuthKeyId = key.Id, AuthKeyCreatedAt = key.Created ?? context.Now }) with
        {
            Also = transaction => secrets.PutAsync(transaction, context.Subject, SecretName, new Secret(key.Key!)),
        };
    }

    /// <summary>At most 50 characters of letters, digits, blanks, - and _ are allowed.</summary>
    internal static string Description(Machine machine) => DescriptionPrefix + machine.OperationId;

    /// <summary>The operation a key was made by; null of a key that is not ours.</summary>
    internal static string? OperationOf(string? description) =>
        description?.StartsWith(DescriptionPrefix + "op-", StringComparison.Ordinal) == true ? description[DescriptionPrefix.Length..] : null;

    internal static async Task RevokeAsync(TailscaleClient tailscale, string description, CancellationToken cancellationToken)
    {
        foreach (var key in (await tailscale.Keys.ListAsync(cancellationToken)).Where(k => k.Description == description))
        {
            await tailscale.Keys.DeleteAsync(key.Id, cancellationToken);
        }
    }
}
