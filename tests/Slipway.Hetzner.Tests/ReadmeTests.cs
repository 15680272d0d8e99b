using System.Net;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_example_in_the_README_is_the_one_that_is_compiled_here()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "ReadmeExample.cs"));
        var example = lines
            .SkipWhile(l => !l.Contains("// <example>", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.Contains("// </example>", StringComparison.Ordinal))
            .Select(l => l.Length > 8 ? l[8..] : "").ToList();

        example.Count.ShouldBeGreaterThan(5);
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")).ShouldContain(string.Join('\n', example));
    }

    [Fact]
    public void The_example_in_the_README_works()
    {
        var made = $$"""{"server":{{Json.Server(status: "initializing")}},"action":{{Json.Action(1, "create_server")}},"next_actions":[{{Json.Action(2, "start_server")}}],"root_password":null}""";
        using var arranged = new Arrange(
            Ok("GET", "/server_types?page=1&per_page=50", $$"""{"server_types":[{{Json.ServerType}}]}"""),
            Ok("GET", "/locations?page=1&per_page=50", $$"""{"locations":[{{Json.Location}}]}"""),
            Ok("POST", "/servers", made, HttpStatusCode.Created),
            Ok("GET", "/actions?id=1", Json.Actions(Json.Action(1, "create_server", "success", 100))),
            Ok("GET", "/actions?id=2", Json.Actions(Json.Action(2, "start_server", "success", 100))),
            Ok("GET", "/servers/42", $$"""{"server":{{Json.Server()}}}"""),
            Ok("DELETE", "/servers/42", $$"""{"action":{{Json.Action(3, "delete_server")}}}"""));

        arranged.Run(() => ReadmeExample.RunAsync(Token, arranged.Http, arranged.Time)).ShouldBe("running");

        arranged.Http.ShouldBeFinished();
    }
}
