using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Blueprints;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintSchemaTests
{
    private const string Judge = """
        const Ajv = require('ajv/dist/2020');
        const YAML = require('yaml');
        const { schema, documents } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const validate = new Ajv({ allErrors: true, strictRequired: false }).compile(JSON.parse(schema));
        console.log(JSON.stringify(documents.map(text =>
          validate(YAML.parse(text)) ? [] : validate.errors.map(error => `${error.instancePath} ${error.message}`))));
        """;

    private static readonly string DirectoryPath = Path.Combine(NodePackages.RepositoryRoot, "blueprints");
    private static readonly string Schema = File.ReadAllText(Path.Combine(DirectoryPath, "blueprint.schema.json"));

    public static TheoryData<string, string> Sections => new()
    {
        { "", nameof(BlueprintKeys.Root) },
        { "properties/machine", nameof(BlueprintKeys.Machine) },
        { "properties/parameters/additionalProperties", nameof(BlueprintKeys.Parameter) },
        { "properties/secrets/additionalProperties", nameof(BlueprintKeys.Secret) },
        { "properties/files/items", nameof(BlueprintKeys.File) },
        { "properties/credentials/items", nameof(BlueprintKeys.Credential) },
        { "properties/unit", nameof(BlueprintKeys.Unit) },
        { "properties/health", nameof(BlueprintKeys.Health) },
        { "properties/tailscale/oneOf/1", nameof(BlueprintKeys.Tailscale) },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void Schema_and_parser_know_the_same_keys(string path, string section)
    {
        var known = (IReadOnlyList<string>)typeof(BlueprintKeys).GetProperty(section)!.GetValue(null)!;

        var node = path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(JsonNode.Parse(Schema)!, (at, step) => at is JsonArray list ? list[int.Parse(step, null)]! : at[step]!);

        node["properties"]!.AsObject().Select(property => property.Key).ShouldBe(known, ignoreOrder: true);
        node["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public void Every_section_of_the_parser_is_compared() =>
        Sections.Select(row => (string)row[1]).ShouldBe(typeof(BlueprintKeys).GetProperties().Select(property => property.Name), ignoreOrder: true);

    [Fact]
    public void A_schema_validator_accepts_what_the_parser_accepts_and_refuses_what_breaks_the_structure()
    {
        string[] good = [.. Directory.GetFiles(DirectoryPath, "*.yaml").Select(File.ReadAllText), SampleBlueprint.Yaml, SampleBlueprint.Yaml + "\ntailscale: { ephemeral: true }", SampleBlueprint.With("unit:\n", "credentials:\n  - { name: token, content: '{{ secrets.EXTRA }}' }\nunit:\n")];
        string[] bad =
        [
            SampleBlueprint.With("user: agent", "usr: agent"),
            SampleBlueprint.With("user: agent", "user: root"),
            SampleBlueprint.With("[fsn1, nbg1]", "[]"),
            SampleBlueprint.With("mode: \"0400\"", "mode: 400"),
            SampleBlueprint.With("http: http://127.0.0.1:8080/health", "timeout: 5s"),
            SampleBlueprint.With("  URL:", "  url:"),
            SampleBlueprint.With("  name: sample", "  name: sample\n  hardening: very"),
            SampleBlueprint.With("unit:\n", "credentials:\n  - { name: UPPER, content: x }\nunit:\n"),
            SampleBlueprint.With("unit:\n", "credentials:\n  - { name: token }\nunit:\n"),
            SampleBlueprint.With("unit:\n", "credentials: { token: x }\nunit:\n"),
        ];

        var answers = JsonSerializer.Deserialize<string[][]>(NodePackages.Run(
            Judge, JsonSerializer.Serialize(new { schema = Schema, documents = (string[])[.. good, .. bad] }), "ajv@8.20.0", "yaml@2.8.1"))!;

        answers.Take(good.Length).ShouldAllBe(problems => problems.Length == 0);
        answers.Skip(good.Length).ShouldAllBe(problems => problems.Length > 0);
        bad.ShouldAllBe(yaml => Refused(yaml));
    }

    [Fact]
    public void Every_shipped_blueprint_tells_the_editor_its_schema() =>
        Directory.GetFiles(DirectoryPath, "*.yaml").ShouldAllBe(file => File.ReadLines(file).First() == "# yaml-language-server: $schema=blueprint.schema.json");

    private static bool Refused(string yaml)
    {
        try
        {
            SampleBlueprint.Parse(yaml);
            return false;
        }
        catch (BlueprintException)
        {
            return true;
        }
    }
}
