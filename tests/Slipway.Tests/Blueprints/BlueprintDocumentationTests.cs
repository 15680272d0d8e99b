using System.Text.RegularExpressions;
using Slipway.Blueprints;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Blueprints;

/// <summary>docs/blueprints.md has a table for each section, with a row for each of its keys and no other.</summary>
public sealed partial class BlueprintDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(NodePackages.RepositoryRoot, "docs", "blueprints.md"));

    public static TheoryData<string, string> Sections => new()
    {
        { "The file", nameof(BlueprintKeys.Root) },
        { "machine", nameof(BlueprintKeys.Machine) },
        { "parameters", nameof(BlueprintKeys.Parameter) },
        { "secrets", nameof(BlueprintKeys.Secret) },
        { "files", nameof(BlueprintKeys.File) },
        { "credentials", nameof(BlueprintKeys.Credential) },
        { "unit", nameof(BlueprintKeys.Unit) },
        { "health", nameof(BlueprintKeys.Health) },
        { "tailscale", nameof(BlueprintKeys.Tailscale) },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void The_page_explains_every_key(string heading, string section)
    {
        var known = (IReadOnlyList<string>)typeof(BlueprintKeys).GetProperty(section)!.GetValue(null)!;
        var text = Heading().Split(Page).Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));

        Row().Matches(text).Select(row => row.Groups["key"].Value).ShouldBe(known, ignoreOrder: true);
    }

    [Fact]
    public void Every_section_of_the_parser_is_explained() =>
        Sections.Select(row => (string)row[1]).ShouldBe(typeof(BlueprintKeys).GetProperties().Select(property => property.Name), ignoreOrder: true);

    [Fact]
    public void The_page_names_every_hardening_and_every_shipped_blueprint_has_its_line()
    {
        Hardening.Names.ShouldAllBe(name => Page.Contains($"`{name}`", StringComparison.Ordinal));
        var shipped = File.ReadAllText(Path.Combine(NodePackages.RepositoryRoot, "blueprints", "README.md"));
        ShippedBlueprintsTests.Shipped.Names.ShouldAllBe(name => shipped.Contains($"| `{name}.yaml` |", StringComparison.Ordinal));
    }

    [GeneratedRegex("^##+ ", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| `(?<key>[a-z_]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Row();
}
