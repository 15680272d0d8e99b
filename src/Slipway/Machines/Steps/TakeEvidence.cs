using System.Globalization;
using System.Text;
using Slipway.Blueprints;
using Slipway.Machines.Boot;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Secrets;

namespace Slipway.Machines.Steps;

/// <summary>Asks a machine that failed what it can say, before it is deleted. Best effort and never in the way: whatever happens, the undo goes on.</summary>
public sealed class TakeEvidence(
    MachineStore machines, BlueprintStore blueprints, SecretStore secrets, ControlPlane controlPlane, IMachineShell shell, BootProof proof, EvidenceStore evidence, TimeProvider time)
    : Step<MachineState>
{
    internal const int Limit = 16 * 1024;
    private const int Attempts = 2;
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(20);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Operation.CancelReason is { } reason && context.Operation.Error == reason)
        {
            return Done(state, "not taken: it was cancelled and had not failed");
        }

        if (context.Operation.Attempt > Attempts)
        {
            return Done(state, "not taken: asking did not come to an end");
        }

        if (await machines.FindAsync(context.Subject, cancellationToken) is not { ServerId: not null } machine)
        {
            return Done(state, "no machine was made");
        }

        var (text, message) = await AskAsync(machine, context, cancellationToken);
        return Done(state, message) with { Also = transaction => evidence.KeepAsync(transaction, context.OperationId, text) };
    }

    /// <summary>The end of a text, in as many bytes as are kept, without what would steer a terminal or what a database refuses.</summary>
    internal static string Bound(string text)
    {
        var clean = string.Concat(text.EnumerateRunes().Where(rune => !Rune.IsControl(rune) || rune.Value is '\n' or '\t').Select(rune => rune.ToString()));
        var from = clean.Length;
        for (var bytes = 0; from > 0; from--)
        {
            bytes += char.IsLowSurrogate(clean[from - 1]) ? 4 : char.IsHighSurrogate(clean[from - 1]) ? 0 : Encoding.UTF8.GetByteCount(clean.AsSpan(from - 1, 1));
            if (bytes > Limit)
            {
                break;
            }
        }

        return clean[from..];
    }

    private async Task<(string Text, string Message)> AskAsync(Machine machine, StepContext context, CancellationToken cancellationToken)
    {
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var known = await KnownSecretsAsync(machine, cancellationToken);
        using var limit = new CancellationTokenSource(AskFor, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (await RecogniseAsync(machine, either.Token) is not { HostKey: not null } pinned)
            {
                return Unreachable("The machine that answers SSH could not prove that it is ours.");
            }

            var result = await shell.RunAsync(pinned, RemoteScripts.CollectEvidence(blueprint), either.Token);
            var text = Bound(Redaction.Apply(result.Stdout + result.Stderr, known, Limit));
            return (text, string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)} bytes"));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable(limit.IsCancellationRequested ? $"It did not answer within {AskFor.TotalSeconds:0} s." : Bound(Redaction.Apply(e.Message, known)));
        }
    }

    private async Task<Machine?> RecogniseAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (machine.HostKey is not null)
        {
            return machine;
        }

        await proof.AskAsync(machine, cancellationToken);
        return await machines.FindAsync(machine.Subject, cancellationToken);
    }

    private async Task<List<Secret>> KnownSecretsAsync(Machine machine, CancellationToken cancellationToken)
    {
        var all = await secrets.ReadAllAsync(machine.Subject, cancellationToken);
        return [.. all.Values, new Secret(controlPlane.BootToken(machine))];
    }

    private static (string Text, string Message) Unreachable(string why) => (
        $"The machine could not be asked over SSH: {why}\nThere is nothing else to read: Hetzner's console shows a screen and gives no text.",
        "the machine could not be asked");
}
