using System.Text.Json.Nodes;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>The document others generate their clients from.</summary>
public sealed class OpenApiTests(SharedSystem shared) : IClassFixture<SharedSystem>
{
    [Fact]
    public async Task Its_paths_are_the_approved_ones()
    {
        var paths = (await DocumentAsync())["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"))
            .Order(StringComparer.Ordinal);
        var actual = string.Join('\n', paths) + "\n";

        var approved = Path.Combine(SourceTree.Root, "tests", "Slipway.Server.Tests", "Golden", "paths.txt");
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
        {
            await File.WriteAllTextAsync(approved, actual);
        }

        actual.ShouldBe(await File.ReadAllTextAsync(approved), "if the change is wanted, run once with SLIPWAY_ACCEPT=1");
    }

    [Fact]
    public async Task It_says_that_a_bearer_token_is_needed()
    {
        var document = await DocumentAsync();

        var scheme = document["components"]!["securitySchemes"]!["Bearer"]!;
        ((string)scheme["type"]!, (string)scheme["scheme"]!).ShouldBe(("http", "bearer"));
        document["security"]!.AsArray().ShouldContain(requirement => requirement!.AsObject().ContainsKey("Bearer"));
    }

    private async Task<JsonNode> DocumentAsync()
    {
        var answer = await shared.System.SendAsync(HttpMethod.Get, "openapi/v1.json", token: "");
        ((int)answer.Status).ShouldBe(200);
        return answer.Json;
    }
}
