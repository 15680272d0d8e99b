using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>The whole grammar: <c>k=v k==v k!=v k !k</c>, <c>k in (a,b)</c>, <c>k notin (a,b)</c>; a comma means and.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<Func<IReadOnlyDictionary<string, string>, bool>> _terms = [];

    /// <summary>A label that whatever matches surely has, if the selector names one with its value.</summary>
    public (string Label, string Value)? Exact { get; private set; }

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _terms.TrueForAll(term => term(labels));

    /// <param name="text">Null where an order forgot it.</param>
    public static LabelSelector Parse(string? text)
    {
        if (text is null)
        {
            throw HetznerFault.InvalidField("label_selector", "Missing data for required field.");
        }

        var selector = new LabelSelector();
        var rest = text;
        while (true)
        {
            var match = Term().Match(rest);
            if (!match.Success || !LabelRules.IsKey(match.Groups["key"].Value))
            {
                throw HetznerFault.InvalidField("label_selector", $"'{text}' is not a label selector.");
            }

            selector._terms.Add(Compile(match.Groups));
            if (match.Groups["operator"].Value is "=" or "==")
            {
                selector.Exact ??= (match.Groups["key"].Value, match.Groups["value"].Value);
            }

            rest = rest[match.Length..];
            if (rest.Length == 0)
            {
                return selector;
            }

            rest = rest[1..];
        }
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> Compile(GroupCollection term)
    {
        var key = term["key"].Value;
        if (term["set"].Success)
        {
            var values = term["values"].Value.Split(',').Select(v => v.Trim()).ToHashSet(StringComparer.Ordinal);
            return term["set"].Value == "in"
                ? labels => labels.TryGetValue(key, out var value) && values.Contains(value)
                : labels => !labels.TryGetValue(key, out var value) || !values.Contains(value);
        }

        if (term["operator"].Success)
        {
            var wanted = term["value"].Value;
            return term["operator"].Value == "!="
                ? labels => !labels.TryGetValue(key, out var value) || value != wanted
                : labels => labels.TryGetValue(key, out var value) && value == wanted;
        }

        return term["not"].Success ? labels => !labels.ContainsKey(key) : labels => labels.ContainsKey(key);
    }

    [GeneratedRegex(
        """
        ^\s*(?:
            (?<key>[\w./-]+)\s+(?<set>in|notin)\s*\((?<values>[\w.,\s-]*)\)
          | (?<key>[\w./-]+)\s*(?<operator>==|!=|=)\s*(?<value>[\w.-]*)
          | (?<not>!)\s*(?<key>[\w./-]+)
          | (?<key>[\w./-]+)
        )\s*(?=,|$)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Term();
}
