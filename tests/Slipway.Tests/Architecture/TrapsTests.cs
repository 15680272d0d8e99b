using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Tests.Architecture;

/// <summary>docs/traps.md says which test keeps us out of which trap: here it is held to it.</summary>
public sealed partial class TrapsTests
{
    private static readonly string s_root = FindRoot(AppContext.BaseDirectory);
    private static readonly List<string[]> s_rows = [.. File.ReadLines(Path.Combine(s_root, "docs", "traps.md"))
        .Where(line => line.StartsWith("| T", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [Fact]
    public void All_thirty_four_traps_are_there_in_order() =>
        s_rows.Select(row => row[0]).ShouldBe(Enumerable.Range(1, 34).Select(number => string.Create(CultureInfo.InvariantCulture, $"T{number}")));

    [Fact]
    public void Every_trap_names_tests_that_carry_its_number_or_says_that_it_cannot_happen()
    {
        foreach (var row in s_rows)
        {
            var tests = Quoted().Matches(row[3]).Select(match => match.Value.Trim('`')).ToList();
            if (tests.Count == 0)
            {
                row[3].ShouldStartWith("cannot happen", customMessage: row[0]);
            }

            tests.ShouldAllBe(test => test.Split('_', StringSplitOptions.None).Any(word => word == row[0] || word == row[0].Replace("T", "Trap", StringComparison.Ordinal)), row[0]);
        }
    }

    [Fact]
    public void Every_named_test_exists()
    {
        var source = Directory.EnumerateFiles(Path.Combine(s_root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var named = s_rows.SelectMany(row => Quoted().Matches(row[3]).Select(match => match.Value.Trim('`'))).Distinct().ToList();

        named.Count.ShouldBeGreaterThan(30);
        named.Where(test => !source.Exists(text => text.Contains($" {test}(", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    private static string FindRoot(string directory) => File.Exists(Path.Combine(directory, "Slipway.slnx"))
        ? directory
        : FindRoot(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("Slipway.slnx"));

    [GeneratedRegex("`T[^`]*`", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
