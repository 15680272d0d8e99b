using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Architecture;

/// <summary>docs/requirements.md says which tests hold us to which requirement: here it is held to it.</summary>
public sealed partial class RequirementsTests
{
    private static readonly (string Prefix, int Count)[] s_required = [("H", 8), ("T", 4), ("C", 7), ("S", 6), ("O", 8), ("G", 4), ("L", 4), ("P", 2)];

    private static readonly string s_tests = Path.Combine(NodePackages.RepositoryRoot, "tests");

    private static readonly List<string[]> s_rows = [.. File.ReadLines(Path.Combine(NodePackages.RepositoryRoot, "docs", "requirements.md"))
        .Where(line => Row().IsMatch(line))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [Fact]
    public void Every_requirement_is_there_in_order() => s_rows.Select(row => row[0]).ShouldBe(
        s_required.SelectMany(r => Enumerable.Range(1, r.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{r.Prefix}{number}"))));

    [Fact]
    public void Every_requirement_names_tests_that_carry_its_id_and_are_where_it_says()
    {
        foreach (var row in s_rows)
        {
            var source = Names(row[3]).SelectMany(project => Directory.EnumerateFiles(Path.Combine(s_tests, project), "*.cs", SearchOption.AllDirectories))
                .Select(File.ReadAllText).ToList();
            var tests = Names(row[2]);

            tests.ShouldNotBeEmpty(row[0]);
            tests.ShouldAllBe(test => test.Split('_', StringSplitOptions.None).Contains(row[0]), row[0]);
            tests.Where(test => !source.Exists(text => text.Contains($" {test}(", StringComparison.Ordinal))).ShouldBeEmpty(row[0]);
        }
    }

    private static List<string> Names(string cell) => [.. Quoted().Matches(cell).Select(match => match.Value.Trim('`'))];

    [GeneratedRegex(@"\A\| [A-Z][0-9]+ \|", RegexOptions.None, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`[^`]+`", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
