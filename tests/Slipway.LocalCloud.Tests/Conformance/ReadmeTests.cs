using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>The README's table of operations and its list of the document's mistakes say what is so.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(ReadmePath());

    private static IReadOnlyList<(string Verb, string Path, string State)> Rows { get; } =
        [.. OperationRow().Matches(Readme).Select(m => (m.Groups["verb"].Value, m.Groups["path"].Value, m.Groups["state"].Value))];

    [Fact]
    public void Every_operation_of_the_document_has_its_row_and_every_row_its_operation()
    {
        Rows.Select(r => $"{r.Verb} {r.Path}").ShouldBeUnique();
        Rows.Count.ShouldBe(189);
        if (HetznerDocument.Current is { } document)
        {
            Rows.Select(r => $"{r.Verb} {r.Path}").ShouldBe(document.Operations.Select(o => $"{o.Verb.ToUpperInvariant()} {o.Path}"), ignoreOrder: true);
        }
    }

    [Fact]
    public async Task What_the_table_calls_refused_says_so_and_everything_else_is_there()
    {
        await using var cloud = await TestCloud.StartAsync();
        foreach (var (verb, path, state) in Rows)
        {
            var answer = await cloud.SendAsync(verb, "/v1" + Parameter().Replace(path, "17"), verb == "GET" ? null : "{}");

            (answer.Status == 501).ShouldBe(state == "refused", $"{verb} {path}: {answer.Status} {answer.Text}");
            answer.Status.ShouldNotBe(405, $"{verb} {path}");
            answer.Text.ShouldNotContain("api route not found", Case.Insensitive, $"{verb} {path}");
        }
    }

    [Fact]
    public void Every_mistake_of_the_document_is_told() => DocumentMistakes.Reasons.ShouldAllBe(reason => Readme.Contains(reason));

    private static string ReadmePath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Slipway.LocalCloud/README.md");

    [GeneratedRegex(@"^\| `(?<verb>[A-Z]+) (?<path>/[^`]*)` \| (?<state>modelled|recorded|refused) \|", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OperationRow();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
