using System.Xml.Linq;
using Slipway.Storage;

namespace Slipway.Tests.Architecture;

public sealed class ArchitectureTests
{
    private const string PlantedRoot = "Slipway.Tests.Architecture.Planted";

    /// <summary>What each project may reference; a library that knows another could not be used without it.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["Slipway.Hetzner"] = [],
        ["Slipway.Tailscale"] = [],
        ["Slipway.CloudInit"] = [],
        ["Slipway.Ssh"] = [],
        ["Slipway.Client"] = [],
        ["Slipway"] = ["Slipway.Hetzner", "Slipway.Tailscale", "Slipway.CloudInit", "Slipway.Ssh"],
        ["Slipway.Server"] = ["Slipway", "Slipway.Client"],
        // The two clouds are for provision, which a workflow runs where no server is.
        ["Slipway.Cli"] = ["Slipway.Client", "Slipway.Hetzner", "Slipway.Tailscale"],
        ["Slipway.LocalCloud"] = [],
    };

    private static readonly Lazy<IReadOnlyList<string>> BrokenByPlanted =
        new(() => Arrows.Broken(TypeReferences.Read(typeof(ArchitectureTests).Assembly.Location), PlantedRoot));

    [Fact]
    public void Every_room_knows_only_the_rooms_its_arrows_point_to() =>
        Arrows.Broken(TypeReferences.Read(typeof(Database).Assembly.Location)).ShouldBeEmpty();

    [Fact]
    public void The_arrows_that_are_drawn_are_seen_in_the_assembly()
    {
        var pairs = TypeReferences.Read(typeof(Database).Assembly.Location).Select(r => (Room(r.From), Room(r.To))).ToHashSet();

        // Were these not seen, the test above would pass on anything.
        pairs.ShouldContain(("Payments", "Agents"));
        pairs.ShouldContain(("Payments", "Alerts"));
        pairs.ShouldContain(("Payments", "Operations"));
        pairs.ShouldContain(("Alerts", "Operations"));
        pairs.ShouldContain(("Agents", "Operations"));
        pairs.ShouldContain(("Machines", "Operations"));
        pairs.ShouldContain(("Machines", "Hetzner"));
        pairs.ShouldContain(("Machines", "Tailscale"));
        pairs.ShouldContain(("Machines", "CloudInit"));
        pairs.ShouldContain(("Machines", "Ssh"));
        pairs.ShouldContain(("Operations", "Storage"));
    }

    [Theory]
    [InlineData("InABase", "Machine")]
    [InlineData("InAnInterface", "IMachine")]
    [InlineData("InAnAttribute", "MachineAttribute")]
    [InlineData("InAField", "Machine")]
    [InlineData("InAConstraint`1", "Machine")]
    [InlineData("InAStaticCall", "Machine")]
    [InlineData("InATypeOf", "Machine")]
    [InlineData("InAGenericCall", "Machine")]
    [InlineData("InALambda", "Machine")]
    [InlineData("InAnAsyncMethod", "Machine")]
    [InlineData("InACatch", "MachineException")]
    [InlineData("InANestedType", "Machine")]
    public void A_planted_arrow_is_reported_with_the_type_that_broke_it(string from, string to) => BrokenByPlanted.Value.ShouldContain(
        $"Agents -> Machines: {PlantedRoot}.Agents.{from} uses {PlantedRoot}.Machines.{to}, but Agents may know only Operations, Blueprints, Secrets, Storage.");

    [Fact]
    public void A_type_that_breaks_nothing_is_not_reported() =>
        BrokenByPlanted.Value.ShouldNotContain(sentence => sentence.Contains("UsesNothing", StringComparison.Ordinal));

    [Fact]
    public void A_room_nobody_drew_is_reported() =>
        BrokenByPlanted.Value.ShouldContain(sentence => sentence.StartsWith("Cellar -> Machines", StringComparison.Ordinal) && sentence.Contains("a room nobody drew", StringComparison.Ordinal));

    [Theory]
    [InlineData("Slipway.Operations.A", "Slipway.Agents.B", "Operations -> Agents")]
    [InlineData("Slipway.Operations.A", "Slipway.Hetzner.Servers.B", "Operations -> Hetzner")]
    [InlineData("Slipway.Agents.A", "Slipway.Ssh.B", "Agents -> Ssh")]
    [InlineData("Slipway.Payments.A", "Slipway.Machines.B", "Payments -> Machines")]
    [InlineData("Slipway.Operations.A", "Slipway.Payments.B", "Operations -> Payments")]
    [InlineData("Slipway.Operations.A", "Slipway.Alerts.B", "Operations -> Alerts")]
    [InlineData("Slipway.Storage.A", "Slipway.Secrets.B", "Storage -> Secrets")]
    [InlineData("Slipway.Machines.Steps.A", "Slipway.Agents.B", "Machines -> Agents")]
    public void An_arrow_against_the_picture_is_reported(string from, string to, string arrow) =>
        Arrows.Broken([new TypeReference(from, to)]).ShouldHaveSingleItem().ShouldStartWith($"{arrow}: {from} uses {to}");

    [Fact]
    public void Every_project_references_only_what_its_row_allows()
    {
        var broken = new List<string>();
        foreach (var file in Directory.GetFiles(Source(), "*.csproj", SearchOption.AllDirectories))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            if (!Projects.TryGetValue(project, out var allowed))
            {
                broken.Add($"{project} is a project nobody drew; say in {nameof(ArchitectureTests)} what it may reference.");
                continue;
            }

            broken.AddRange(
                from reference in XDocument.Load(file).Descendants("ProjectReference")
                let to = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
                where !allowed.Contains(to)
                select $"{project} -> {to}: {project} may reference {(allowed.Length == 0 ? "no project" : "only " + string.Join(", ", allowed))}.");
        }

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        (from pattern in new[] { "*.cs", "*.razor" }
         from file in Directory.GetFiles(Source(), pattern, SearchOption.AllDirectories)
         let lines = File.ReadLines(file).Count()
         where lines > 400
         select $"{Path.GetRelativePath(Source(), file)}: {lines} lines").ShouldBeEmpty();

    private static string Room(string type) => type.Split('.') is ["Slipway", var room, _, ..] ? room : "";

    private static string Source()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.ShouldNotBeNull("the tests run inside the repository").FullName, "src");
    }
}
