using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.CloudInit;

/// <summary>What must hold before a document is written: cloud-init only logs most of these mistakes, on a machine nobody can reach yet.</summary>
internal static partial class CloudConfigRules
{
    private static readonly string[] PhoneHomeFields = ["pub_key_rsa", "pub_key_ecdsa", "pub_key_ed25519", "instance_id", "hostname", "fqdn"];
    private static readonly string[] KeyTypes = ["rsa", "ecdsa", "ed25519"];

    public static List<string> ProblemsOf(CloudConfig config, IReadOnlyList<CloudFile> files) =>
    [
        .. HostnameProblems(config.Hostname),
        .. config.Users.SelectMany(UserProblems),
        .. Duplicates(config.Users.Select(u => u.Name)).Select(n => $"The user '{n}' is listed twice."),
        .. config.Packages.Where(p => !PackageName().IsMatch(p)).Select(p => $"'{p}' is not a package name."),
        .. files.SelectMany(FileProblems),
        .. Duplicates(files.Select(f => f.Path)).Select(p => $"The file '{p}' is written twice."),
        .. config.SshGenKeyTypes.Except(KeyTypes).Select(t => $"'{t}' is not an SSH host key type; use {string.Join(", ", KeyTypes)}."),
        .. PhoneHomeProblems(config.PhoneHome),
    ];

    public static bool IsHostname(string name) => name.Length <= 253 && Hostname().IsMatch(name);

    public static bool IsAbsolute(string path) => path.StartsWith('/') && !path.AsSpan().ContainsAny('\0', '\n', '\r');

    public static bool IsHttp(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);

    public static bool IsPhaseName(string name) => PhaseName().IsMatch(name) && name is not ("ready" or "start");

    private static IEnumerable<string> HostnameProblems(string? name)
    {
        if (name is not null && !IsHostname(name))
        {
            yield return $"'{name}' is not a host name; use letters, digits and '-' in labels of at most 63 characters.";
        }
    }

    private static IEnumerable<string> UserProblems(CloudUser user)
    {
        if (!UserName().IsMatch(user.Name))
        {
            yield return $"'{user.Name}' is not a user name; use lower-case letters, digits, '-' and '_', at most 32 characters.";
        }

        foreach (var path in new[] { user.Shell, user.Home }.Where(p => p is not null && !IsAbsolute(p)))
        {
            yield return $"User '{user.Name}': '{path}' must be an absolute path.";
        }

        foreach (var group in user.Groups.Where(g => !UserName().IsMatch(g)))
        {
            yield return $"User '{user.Name}': '{group}' is not a group name.";
        }

        if (user.AuthorizedKeys.Any(k => string.IsNullOrWhiteSpace(k) || k.AsSpan().ContainsAny('\n', '\r')))
        {
            yield return $"User '{user.Name}': an authorised key must be one line that is not empty.";
        }
    }

    private static IEnumerable<string> FileProblems(CloudFile file)
    {
        if (!IsAbsolute(file.Path))
        {
            yield return $"The file '{file.Path}' needs an absolute path.";
        }

        if (file.Path.StartsWith("/tmp/", StringComparison.Ordinal))
        {
            yield return $"The file '{file.Path}' may vanish during boot; use /run or /var/lib instead of /tmp.";
        }

        if (!Mode().IsMatch(file.Permissions))
        {
            yield return $"The file '{file.Path}' has permissions '{file.Permissions}'; use three or four octal digits such as 0600.";
        }

        if (!Owner().IsMatch(file.Owner))
        {
            yield return $"The file '{file.Path}' has owner '{file.Owner}'; use user:group.";
        }

        if (!IsUnicode(file.Content))
        {
            yield return $"The file '{file.Path}' holds half a surrogate pair, which has no UTF-8 form.";
        }
    }

    private static IEnumerable<string> PhoneHomeProblems(PhoneHome? home)
    {
        if (home is null)
        {
            yield break;
        }

        if (!IsHttp(home.Url))
        {
            yield return "The phone-home address must be an absolute http or https address.";
        }

        if (home.Post.Count == 0)
        {
            yield return "Phone-home must post at least one field.";
        }

        foreach (var field in home.Post.Except(PhoneHomeFields))
        {
            yield return $"Phone-home cannot post '{field}'; it knows {string.Join(", ", PhoneHomeFields)}.";
        }

        if (home.Tries < 1)
        {
            yield return "Phone-home needs at least one try.";
        }
    }

    private static IEnumerable<string> Duplicates(IEnumerable<string> values) =>
        values.GroupBy(v => v, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).Select(g => g.Key);

    private static bool IsUnicode(string text)
    {
        try
        {
            _ = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hostname();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserName();

    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9+._:=~/-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageName();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PhaseName();

    [GeneratedRegex(@"\A[0-7]{3,4}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mode();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}:[a-z_][a-z0-9_-]{0,31}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Owner();
}
