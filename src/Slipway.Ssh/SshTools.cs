using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Ssh;

/// <summary>The OpenSSH programs found on this machine.</summary>
public sealed partial class SshTools
{
    private const string Advice = "Install OpenSSH's client programs (Debian and Ubuntu: apt-get install openssh-client) or set SshOptions.ToolDirectory.";
    private static readonly Version Oldest = new(8, 5);
    private readonly string[] _prefix;

    private SshTools(string directory, string[] prefix, string versionText)
    {
        Ssh = Path.Combine(directory, "ssh");
        SshKeygen = Path.Combine(directory, "ssh-keygen");
        SshAgent = Path.Combine(directory, "ssh-agent");
        SshAdd = Path.Combine(directory, "ssh-add");
        VersionText = versionText;
        _prefix = prefix;
    }

    /// <summary>The path of <c>ssh</c>.</summary>
    public string Ssh { get; }

    /// <summary>The path of <c>ssh-keygen</c>.</summary>
    public string SshKeygen { get; }

    /// <summary>The path of <c>ssh-agent</c>.</summary>
    public string SshAgent { get; }

    /// <summary>The path of <c>ssh-add</c>.</summary>
    public string SshAdd { get; }

    /// <summary>What <c>ssh -V</c> prints, e.g. <c>OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.19</c>.</summary>
    public string VersionText { get; }

    /// <summary>
    /// True when children are started through util-linux' <c>setpriv</c>, so that the kernel ends them with this process, even after kill -9.
    /// </summary>
    public bool ChildrenDieWithUs => _prefix.Length > 0;

    /// <summary>Finds the programs and checks that OpenSSH is 8.5 or later.</summary>
    /// <exception cref="SshException"><see cref="SshFailure.ClientFailed"/>: what is missing or too old, and what to install.</exception>
    public static async Task<SshTools> FindAsync(SshOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = options.ToolDirectory
            ?? SearchPath().FirstOrDefault(d => File.Exists(Path.Combine(d, "ssh")))
            ?? throw Failed($"'ssh' is not on PATH. {Advice}");
        foreach (var name in (string[])["ssh", "ssh-keygen", "ssh-agent", "ssh-add"])
        {
            if (!File.Exists(Path.Combine(directory, name)))
            {
                throw Failed($"'{name}' is not in {directory}. {Advice}");
            }
        }

        // The no-new-privs flag matters: Debian's ssh-agent is setgid, and executing a setgid program forgets the death signal.
        var setpriv = SearchPath().Select(d => Path.Combine(d, "setpriv")).FirstOrDefault(File.Exists);
        string[] prefix = setpriv is null ? [] : [setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--"];
        var version = prefix.Length > 0 ? await AskVersionAsync(prefix, directory, ct) : null;
        if (version is null)
        {
            prefix = [];
            version = await AskVersionAsync(prefix, directory, ct);
        }

        var match = OpenSshVersion().Match(version ?? "");
        if (!match.Success)
        {
            throw Failed($"'ssh -V' in {directory} does not say OpenSSH. {Advice}");
        }

        var number = new Version(Number(match, "major"), Number(match, "minor"));
        return number >= Oldest
            ? new SshTools(directory, prefix, version!)
            : throw Failed($"OpenSSH {number} in {directory} is older than {Oldest}. {Advice}");
    }

    /// <summary>The words that start a program so that it cannot outlive us.</summary>
    internal IReadOnlyList<string> Command(string program) => [.. _prefix, program];

    private static async Task<string?> AskVersionAsync(string[] prefix, string directory, CancellationToken ct)
    {
        var info = ChildProcess.Describe([.. prefix, Path.Combine(directory, "ssh")], ["-V"]);
        var result = await ChildProcess.RunAsync(info, default, 4096, ct);
        return result.ExitCode == 0 ? result.Stderr.Trim() : null;
    }

    private static IEnumerable<string> SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Append("/bin").Where(Path.IsPathRooted);

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static SshException Failed(string what) => new(SshFailure.ClientFailed, "", what);

    [GeneratedRegex(@"^OpenSSH_(?<major>\d+)\.(?<minor>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OpenSshVersion();
}
