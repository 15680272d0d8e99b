using Slipway.Blueprints;
using Slipway.Testing;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintCatalogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_yaml_file_of_the_directory_is_offered_by_name()
    {
        Write("sample.yaml", SampleBlueprint.Yaml);
        Write("another.yaml", SampleBlueprint.With("blueprint: sample", "blueprint: another"));
        Write("README.md", "not a blueprint");

        var catalog = BlueprintCatalog.Load(_directory.Path);

        catalog.Names.ShouldBe(["another", "sample"]);
        catalog.Get("another").Name.ShouldBe("another");
        catalog.TryGet("nothing", out _).ShouldBeFalse();
    }

    [Fact]
    public void Every_broken_file_is_reported_in_one_go()
    {
        Write("good.yaml", SampleBlueprint.With("blueprint: sample", "blueprint: good"));
        Write("one.yaml", "a: [");
        Write("two.yaml", SampleBlueprint.With("user: agent", "user: root"));
        Write("three.yml", SampleBlueprint.Yaml);

        var error = Should.Throw<BlueprintException>(() => BlueprintCatalog.Load(_directory.Path));

        error.Problems.Select(problem => problem.File).Distinct().ShouldBe(["one.yaml", "three.yml", "two.yaml"]);
        error.Message.ShouldContain("two.yaml:7:7: 'user' must be");
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_one()
    {
        Write("sample.yaml", SampleBlueprint.Yaml);
        var catalog = BlueprintCatalog.Load(_directory.Path);

        Should.Throw<BlueprintNotFoundException>(() => catalog.Get("smaple")).Message.ShouldContain("did you mean 'sample'?");
    }

    [Fact]
    public void Parameters_reach_their_blueprint_and_a_wrong_one_stops_the_start()
    {
        Write("sample.yaml", SampleBlueprint.Yaml);

        BlueprintCatalog.Load(_directory.Path, Parameters("sample", "URL")).Get("sample").RenderSetup().ShouldContain("'mine'");
        Should.Throw<BlueprintException>(() => BlueprintCatalog.Load(_directory.Path, Parameters("sample", "LRU"))).Message.ShouldContain("'LRU'");
        Should.Throw<BlueprintException>(() => BlueprintCatalog.Load(_directory.Path, Parameters("smple", "URL"))).Message.ShouldContain("did you mean 'sample'?");
    }

    [Fact]
    public void A_directory_that_is_missing_or_empty_is_an_error()
    {
        Should.Throw<BlueprintException>(() => BlueprintCatalog.Load(_directory.File("none"))).Message.ShouldContain("no such directory");
        Should.Throw<BlueprintException>(() => BlueprintCatalog.Load(_directory.Path)).Message.ShouldContain("no .yaml file");
    }

    private void Write(string name, string yaml) => File.WriteAllText(_directory.File(name), yaml);

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Parameters(string blueprint, string parameter) =>
        new() { [blueprint] = new Dictionary<string, string> { [parameter] = "mine" } };
}
