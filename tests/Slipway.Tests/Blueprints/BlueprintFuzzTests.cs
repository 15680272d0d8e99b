using FsCheck;
using FsCheck.Fluent;
using Slipway.Blueprints;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintFuzzTests
{
    private static readonly string[] Scraps =
        ["", " ", "\n", "\t", ":", ": ", "- ", "{", "}", "[", "]", "{{", "}}", "|", ">", "&a ", "*a", "!!int ", "!x ", "<<: ", "? ", "'", "\"", "#", "%YAML 1.2\n", "---\n", "...\n", "\0", "\ud800", "😀", "null", "~", "{{ secrets.TOKEN }}", "\\u0000"];

    [Fact]
    public void Whatever_is_done_to_a_file_is_either_a_blueprint_or_reported_with_its_place()
    {
        var edit = from position in Gen.Choose(0, SampleBlueprint.Yaml.Length - 1)
                   from length in Gen.Choose(0, 12)
                   from scrap in Gen.Elements(Scraps)
                   select (position, length, scrap);
        Prop.ForAll(Gen.NonEmptyListOf(edit).Resize(4).ToArbitrary(), edits =>
        {
            var yaml = SampleBlueprint.Yaml;
            foreach (var (position, length, scrap) in edits)
            {
                var at = Math.Min(position, yaml.Length);
                yaml = yaml[..at] + scrap + yaml[Math.Min(at + length, yaml.Length)..];
            }

            return IsSound(yaml);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static bool IsSound(string yaml)
    {
        try
        {
            return SampleBlueprint.Parse(yaml).Name == "sample";
        }
        catch (BlueprintException refused)
        {
            var lines = yaml.Split('\n').Length + 1;
            return refused.Problems.Count > 0 && refused.Problems.All(problem => problem.Line >= 1 && problem.Line <= lines && problem.Column >= 1);
        }
    }
}
