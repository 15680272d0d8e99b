using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>
/// The one thing a machine runs on its first boot: phases of bash in order, and a report of how it went. cloud-init itself hides a failing
/// command (<c>runcmd</c> goes on, and phone-home runs regardless); this script stops at the first failure and tells it at once.
/// </summary>
/// <remarks>
/// <para>A phase runs in a shell of its own with <c>set -Eeuo pipefail</c>, umask 077, no standard input and <c>DEBIAN_FRONTEND=noninteractive</c>:
/// neither its variables, its directory nor an <c>exit 0</c> reach another phase.</para>
/// <para>The report is a form POST to <see cref="ReportUrl"/>: <c>phase=ready status=ok</c>, or <c>phase=&lt;name&gt; status=failed exit_code line
/// log_tail</c> (at most 40 lines and 4 KB). Lines <c>key=value</c> that phases append to the file <c>$REPORT_FIELDS</c> are added to both. The same
/// fields are kept in <see cref="ReportPath"/>, one a line, with <c>\\</c> and <c>\n</c> for backslash and line feed. What phases print
/// travels in the log tail, so phases must not print secrets.</para>
/// <para>The machine needs bash 5 and curl. <see cref="object.ToString"/> shows the host of the address only.</para>
/// </remarks>
public sealed record BootScript
{
    /// <summary>Where to report: an absolute http or https address; a token in its path stays out of every argument list.</summary>
    public required Uri ReportUrl { get; init; }

    /// <summary>What to run, in order; names must differ.</summary>
    public required IReadOnlyList<BootPhase> Phases { get; init; }

    /// <summary>
    /// Runs the script as soon as cloud-init has made users, files and SSH host keys, beside its later stages instead of at their end: about a
    /// second sooner. Not for documents that install packages, which come later. It then runs in the systemd unit <c>slipway-boot</c>.
    /// </summary>
    public bool Early { get; init; }

    /// <summary>Where the script lies on the machine.</summary>
    public string Path { get; init; } = "/var/lib/slipway/boot.sh";

    /// <summary>The log of everything the phases print, mode 0600.</summary>
    public string LogPath { get; init; } = "/var/log/slipway-boot.log";

    /// <summary>Where the report is kept on the machine, mode 0600, for reading it over SSH when it was lost.</summary>
    public string ReportPath { get; init; } = "/var/lib/slipway/boot-report";

    /// <summary>How often curl repeats a report that did not arrive, with growing pauses: 1, 2, 4, 8 … seconds.</summary>
    public int ReportRetries { get; init; } = 5;

    /// <summary>The script: bash text, the same bytes for the same values.</summary>
    /// <returns>A script that exits with 0 or with the failed phase's code.</returns>
    /// <exception cref="CloudInitException">Phases or addresses are unusable; the message lists all problems.</exception>
    public string ToBash()
    {
        var problems = Problems().ToList();
        return problems.Count == 0
            ? BootScriptText.Write(this)
            : throw new CloudInitException($"The boot script has {problems.Count} problem(s):\n- {string.Join("\n- ", problems)}");
    }

    internal CloudFile ToFile() => new() { Path = Path, Content = ToBash(), Permissions = "0700" };

    private IEnumerable<string> Problems()
    {
        if (!CloudConfigRules.IsHttp(ReportUrl))
        {
            yield return "The report address must be an absolute http or https address.";
        }

        if (Phases.Count == 0)
        {
            yield return "A boot script needs at least one phase.";
        }

        foreach (var path in new[] { LogPath, ReportPath }.Where(p => !CloudConfigRules.IsAbsolute(p)))
        {
            yield return $"'{path}' must be an absolute path.";
        }

        if (ReportRetries < 0)
        {
            yield return "The number of report retries cannot be negative.";
        }

        foreach (var phase in Phases.Where(p => !CloudConfigRules.IsPhaseName(p.Name)))
        {
            yield return $"'{phase.Name}' is not a phase name; use lower-case letters, digits and '-', at most 40 characters, and not 'ready'.";
        }

        foreach (var phase in Phases.Where(p => p.Script.Contains('\0') || p.Script.Contains('\r')))
        {
            yield return $"The phase '{phase.Name}' holds a NUL or a carriage return, which bash cannot read; use plain line feeds.";
        }

        foreach (var name in Phases.GroupBy(p => p.Name, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).Select(g => g.Key))
        {
            yield return $"The phase '{name}' is listed twice.";
        }
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"ReportUrl = {Secrets.HostOf(ReportUrl)}, Phases = {string.Join(' ', Phases.Select(p => p.Name))}, ")
            .Append(CultureInfo.InvariantCulture, $"Path = {Path}, LogPath = {LogPath}, ReportPath = {ReportPath}, ReportRetries = {ReportRetries}");
        return true;
    }
}
