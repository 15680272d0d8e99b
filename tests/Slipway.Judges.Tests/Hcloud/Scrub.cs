using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>Replaces what differs from run to run, the same thing always by the same words, so that a transcript still tells who is who.</summary>
internal sealed partial class Scrub
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public string Clean(string text)
    {
        text = Layout(text);
        text = Time().Replace(text, Padded("<time>"));
        text = IsoTime().Replace(text, "<time>");
        text = Secret().Replace(text, match => $"{match.Groups["before"].Value}<secret>");
        text = ReverseName().Replace(text, "static.<reversed>.clients");
        text = Fingerprint().Replace(text, "<fingerprint>");
        text = Mac().Replace(text, "<mac>");
        text = Broken().Replace(text, ": <connection lost>");
        text = Port().Replace(text, "127.0.0.1:<port>");
        text = Ipv4().Replace(text, Known("ipv4"));
        text = Ipv6().Replace(text, Known("ipv6"));
        return Id().Replace(text, Known("id"));
    }

    /// <summary>The words of a transcript with what they stood for put back: <c>hcloud image delete &lt;id-2&gt;</c>.</summary>
    public string Restore(string line) =>
        Placeholder().Replace(line, match => _names.First(n => n.Value == match.Value).Key);

    /// <summary>One line of JSON becomes many, so that a difference is a line.</summary>
    private static string Layout(string text)
    {
        if (text is not ['[' or '{', ..])
        {
            return text;
        }

        try
        {
            return JsonNode.Parse(text)!.ToJsonString(Indented) + "\n";
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private MatchEvaluator Known(string kind) => match =>
    {
        if (!_names.TryGetValue(match.Value, out var name))
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            _names[match.Value] = name = $"<{kind}-{_counts[kind]}>";
        }

        return Padded(name)(match);
    };

    /// <summary>Keeps the columns of a table under their headings.</summary>
    private static MatchEvaluator Padded(string name) => match => match.Result("$'") is [' ', ' ', ..] ? name.PadRight(match.Length) : name;

    [GeneratedRegex(@"<(id|ipv4|ipv6)-\d+>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}( \([^)]*\))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IsoTime();

    [GeneratedRegex(@"(?<before>[Pp]assword: |reset to: |token=)\S+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"static\.[\d.]+\.clients", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReverseName();

    [GeneratedRegex(@"\b([0-9a-f]{2}:){31}[0-9a-f]{2}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"(?<![0-9a-f:])([0-9a-f]{2}:){5}[0-9a-f]{2}\b(?!:)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mac();

    // What a connection's sudden end is called is a matter of luck.
    [GeneratedRegex(@": (EOF|read tcp \S+ (read: )?connection reset by peer)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Broken();

    [GeneratedRegex(@"\b127\.0\.0\.1:\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Port();

    // The documentation's and the benchmark's ranges: what LocalCloud hands out. Addresses a test chose stay.
    [GeneratedRegex(@"\b(198\.18|192\.0\.2|203\.0\.113)\.[\d.]*\d", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"\b2001:db8:[0-9a-f:]+(/64)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ipv6();

    // Everything made here; what the catalogue lists has ids of its own, which stay.
    [GeneratedRegex(@"(?<![\d.])(23\d{5}|42\d{6}|62\d{10})(?![\d.]\d)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Id();
}
