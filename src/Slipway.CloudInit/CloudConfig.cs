using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>
/// A cloud-config document: what cloud-init makes of a machine on its first boot. Everything set here is written; what is not set is left to the
/// distribution. Key names and meanings are those of cloud-init's module reference.
/// </summary>
public sealed record CloudConfig
{
    /// <summary>The machine's host name: letters, digits and <c>-</c> in labels of at most 63, dots between labels.</summary>
    public string? Hostname { get; init; }

    /// <summary>Accounts to create.</summary>
    public IReadOnlyList<CloudUser> Users { get; init; } = [];

    /// <summary>Whether to refresh the package index first; <see langword="null"/> leaves the distribution's default.</summary>
    public bool? PackageUpdate { get; init; }

    /// <summary>Packages to install.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Files to write.</summary>
    public IReadOnlyList<CloudFile> WriteFiles { get; init; } = [];

    /// <summary>The SSH host key types to generate, e.g. <c>ed25519</c>; empty means the distribution's default.</summary>
    public IReadOnlyList<string> SshGenKeyTypes { get; init; } = [];

    /// <summary>What to run after users, files and packages: one script that reports its own success or failure.</summary>
    public BootScript? BootScript { get; init; }

    /// <summary>Whom to tell who this machine is.</summary>
    public PhoneHome? PhoneHome { get; init; }

    /// <summary>The document as text: starts with <c>#cloud-config</c>, ends with a line feed, the same bytes for the same values.</summary>
    /// <returns>YAML that cloud-init's own schema check accepts.</returns>
    /// <exception cref="CloudInitException">Values that cloud-init would refuse or misread; the message lists all of them.</exception>
    public string ToYaml()
    {
        var files = AllFiles().ToList();
        var problems = CloudConfigRules.ProblemsOf(this, files);
        return problems.Count == 0
            ? CloudConfigWriter.Write(this, files)
            : throw new CloudInitException($"The cloud-config document has {problems.Count} problem(s):\n- {string.Join("\n- ", problems)}");
    }

    /// <summary>
    /// The document as a server's user data: as it is when it has at most <see cref="UserData.MaxSize"/> bytes, gzipped and in base64 when that fits.
    /// </summary>
    /// <returns>The text to send, its size, and a warning when there is little room left.</returns>
    /// <exception cref="CloudInitException">The document is invalid, or too large in both forms; the message says by how much and what to shrink.</exception>
    public UserData ToUserData() => UserData.From(ToYaml(), LargestParts);

    internal IEnumerable<CloudFile> AllFiles() => BootScript is null ? WriteFiles : WriteFiles.Append(BootScript.ToFile());

    private string LargestParts()
    {
        var largest = AllFiles().OrderByDescending(f => Encoding.UTF8.GetByteCount(f.Content)).ThenBy(f => f.Path, StringComparer.Ordinal).Take(3)
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Path} ({Encoding.UTF8.GetByteCount(f.Content)} bytes)"));
        return $"Shrink or download instead: {string.Join(", ", largest)}.";
    }
}
