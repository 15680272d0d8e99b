using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>Hetzner's OpenAPI document: what an answer of an operation must look like. It is never in the repository; it lies beside it.</summary>
internal sealed partial class HetznerDocument
{
    private const string Place = "shared/data/hetzner-openapi.json";
    private static readonly Lazy<HetznerDocument?> Loaded = new(Load);
    private readonly FrozenDictionary<string, Operation[]> _operations;

    private HetznerDocument(JsonNode root)
    {
        Root = root;
        _operations = root["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => (Verb: verb.Key.ToUpperInvariant(), Operation: new Operation(path.Key, verb.Value!))))
            .GroupBy(o => o.Verb).ToFrozenDictionary(g => g.Key, g => g.Select(o => o.Operation).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Null where the document is not: then nothing is checked, and <see cref="ConformanceTests"/> says so.</summary>
    public static HetznerDocument? Current => Loaded.Value;

    public JsonNode Root { get; }

    public IEnumerable<(string Verb, string Path)> Operations => _operations.SelectMany(v => v.Value.Select(o => (v.Key, o.Path)));

    /// <summary>What is wrong with an answer; empty for a right one.</summary>
    /// <param name="path">Behind <c>/v1</c>, without the query.</param>
    public IReadOnlyList<string> Examine(string verb, string path, int status, string body)
    {
        // Literal segments before parameters: /servers/actions is not the server named "actions".
        var operation = _operations.GetValueOrDefault(verb)?.Where(o => o.Pattern.IsMatch(path)).MinBy(o => o.Path.Count(c => c == '{'));
        if (operation is null)
        {
            return status is 404 or 405 or 401 or 400 ? [] : [$"{verb} {path} is not in the document, but was answered with {status}"];
        }

        var answers = operation.Node["responses"]!.AsObject();
        var declared = answers[status.ToString(CultureInfo.InvariantCulture)] ?? answers[$"{status / 100}XX"] ?? answers[$"{status / 100}xx"];
        if (declared is null)
        {
            return [$"{verb} {operation.Path}: the document knows no answer {status}"];
        }

        var schema = declared["content"]?["application/json"]?["schema"];
        if (schema is null)
        {
            return body.Length == 0 ? [] : [$"{verb} {operation.Path}: answer {status} has a body, the document has none"];
        }

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return [$"{verb} {operation.Path}: answer {status} is not JSON"];
        }

        return JsonSchema.Examine(Root, schema, json).Where(d => !DocumentMistakes.Explains(operation.Path, d))
            .Select(d => $"{verb} {operation.Path} {status}: {d}").ToList();
    }

    private static HetznerDocument? Load()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var file = Path.Combine(directory.FullName, Place);
            if (File.Exists(file))
            {
                return new HetznerDocument(JsonNode.Parse(File.ReadAllText(file))!);
            }
        }

        return null;
    }

    private sealed class Operation(string path, JsonNode node)
    {
        public string Path => path;

        public JsonNode Node => node;

        public Regex Pattern { get; } = new(
            "^" + Parameter().Replace(Regex.Escape(path).Replace(@"\{", "{", StringComparison.Ordinal), "[^/]+") + "$",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Parameter();
}
