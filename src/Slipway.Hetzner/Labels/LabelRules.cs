using System.Text.RegularExpressions;

namespace Slipway.Hetzner;

/// <summary>Hetzner's rules for labels: key <c>[prefix/]name</c>, 63 characters each for name and value, 253 for the prefix.</summary>
internal static partial class LabelRules
{
    private const int MaxName = 63;
    private const int MaxPrefix = 253;

    public static void Check(IEnumerable<KeyValuePair<string, string>>? labels)
    {
        foreach (var (key, value) in labels ?? [])
        {
            CheckKey(key);
            CheckValue(key, value);
        }
    }

    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (prefix, name) = slash < 0 ? ("", key) : (key[..slash], key[(slash + 1)..]);
        if (name.Length is 0 or > MaxName || !Part().IsMatch(name)
            || (slash >= 0 && (prefix.Length is 0 or > MaxPrefix || !Prefix().IsMatch(prefix))))
        {
            throw new ArgumentException(
                $"'{key}' is no label key: [prefix/]name, the name 1-63 letters, digits, '-', '_' or '.', starting and ending with a letter or digit; the prefix a DNS name.",
                nameof(key));
        }
    }

    public static void CheckValue(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxName || (value.Length > 0 && !Part().IsMatch(value)))
        {
            throw new ArgumentException(
                $"The value of label '{key}' is not allowed: at most 63 letters, digits, '-', '_' or '.', starting and ending with a letter or digit, or empty.",
                nameof(value));
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prefix();
}
