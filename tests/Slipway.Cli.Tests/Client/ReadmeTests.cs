using Slipway.Cli.Tests.Fakes;
using Slipway.Client;

namespace Slipway.Cli.Tests.Client;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_of_the_readme_runs()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answers("POST /v1/agents", Samples.Busy, 201);
        server.Responds("GET /v1/operations/op-1/events", new EventScript().Sends(Samples.Success[..2]).Finishes(Samples.Provisioned).PlayAsync);
        var reported = new List<string>();

        await ExampleAsync(server.Address, FakeServer.Token, "1:x", reported.Add);

        reported.ShouldBe(["create-server started", "create-server done", "provision succeeded"]);
    }

    [Fact]
    public void The_example_of_the_readme_is_this_one()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Slipway.Client", "README.md"));
        var source = File.ReadAllText(Path.Combine(SourceTree.Root, "tests", "Slipway.Cli.Tests", "Client", "ReadmeTests.cs"));

        Lines(Between(readme, "```csharp\n", "```")).ShouldBe(Lines(Between(source, "// <example>\n", "// </example>")));
    }

    private static async Task ExampleAsync(Uri server, string token, string botToken, Action<string> report)
    {
        // <example>
        using var slipway = new SlipwayClient(server, token);

        var agent = await slipway.Agents.CreateAsync(new CreateAgentRequest
        {
            Blueprint = "rachel8",
            Secrets = new Dictionary<string, string> { ["TELEGRAM_BOT_TOKEN"] = botToken },
            WithoutPayment = true,
        });

        await foreach (var happened in slipway.Operations.FollowAsync(agent.Operation!))
        {
            switch (happened)
            {
                case OperationProgress { Entry: var entry }:
                    report($"{entry.Step} {entry.Kind}");
                    break;
                case OperationFinished { Operation: var operation }:
                    report($"{operation.Plan} {operation.Status}");
                    break;
            }
        }

        // </example>
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string[] Lines(string text) => [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
