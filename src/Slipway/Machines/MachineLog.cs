using System.Text;
using System.Text.RegularExpressions;
using Slipway.Blueprints;
using Slipway.Machines.Shell;
using Slipway.Machines.Steps;
using Slipway.Secrets;

namespace Slipway.Machines;

/// <summary>Lines of a unit's log, and the place to go on reading at.</summary>
public sealed record LogPage(IReadOnlyList<string> Lines, string? Cursor);

/// <summary>Reads the log of an agent's unit over SSH; what was given to the agent in secret is not repeated.</summary>
public sealed partial class MachineLog(MachineStore machines, BlueprintStore blueprints, SecretStore secrets, IMachineShell shell)
{
    public const int MostLines = 1000;
    private const string CursorMark = "-- cursor: ";

    public static bool IsCursor(string text) => CursorForm().IsMatch(text);

    /// <param name="subject">Whose.</param>
    /// <param name="lines">How many at most, the newest.</param>
    /// <param name="after">Where an earlier page ended; null for the end of the log.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null when there is no machine that could be asked.</returns>
    /// <exception cref="Slipway.Ssh.SshException">The machine could not be asked.</exception>
    public async Task<LogPage?> ReadAsync(string subject, int lines, string? after, CancellationToken cancellationToken)
    {
        if (await machines.FindAsync(subject, cancellationToken) is not { HostKey: not null, ServerId: not null, Status: not (MachineStatus.Stopped or MachineStatus.Gone) } machine)
        {
            return null;
        }

        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var script = RemoteScripts.ReadLog(blueprint, lines) with { Input = Encoding.ASCII.GetBytes((after ?? "") + "\n") };
        var result = await shell.RunAsync(machine, script, cancellationToken);
        var said = Redaction.Apply(result.Stdout, await secrets.ReadKnownAsync(subject, cancellationToken), int.MaxValue).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var cursor = Array.Find(said, line => line.StartsWith(CursorMark, StringComparison.Ordinal))?[CursorMark.Length..];
        return new LogPage([.. said.Where(line => !line.StartsWith("-- ", StringComparison.Ordinal))], cursor ?? after);
    }

    [GeneratedRegex(@"\A[a-z]=[0-9a-f]+(?:;[a-z]=[0-9a-f]+)*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CursorForm();
}
