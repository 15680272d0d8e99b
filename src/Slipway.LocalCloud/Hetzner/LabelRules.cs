using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>What may be a label: <c>[prefix/]name</c> and a value of at most 63 characters.</summary>
internal static partial class LabelRules
{
    public static bool IsKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        return (slash < 0 || (slash is > 0 and <= 253 && Prefix().IsMatch(key[..slash])))
            && name.Length is > 0 and <= 63 && Name().IsMatch(name);
    }

    public static void Check(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var (key, value) in labels ?? new Dictionary<string, string>())
        {
            if (!IsKey(key) || key.StartsWith("hetzner.cloud/", StringComparison.Ordinal))
            {
                throw HetznerFault.InvalidField("labels", $"'{key}' is not a valid label key.");
            }

            if (value is null || value.Length > 63 || (value.Length > 0 && !Name().IsMatch(value)))
            {
                throw HetznerFault.InvalidField("labels", $"The value of label '{key}' is not valid.");
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prefix();
}
