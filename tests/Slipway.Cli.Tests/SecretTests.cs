using System.Text.Json;
using Slipway.Cli.Tests.Fakes;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Cli.Tests;

public sealed class SecretTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task C6_secrets_come_from_files_stdin_or_argv_and_reach_only_the_request()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("key"), "from-a-file\nsecond line\n");
        _server.Answers("POST /v1/agents", Samples.Draft, 201);

        var result = await new CliRun(_server.Address) { Input = "from-stdin\r\n" }
            .RunAsync(["agent", "create", "rachel8", "--secret", "A=typed=with=signs", "--secret", "B=@" + directory.File("key"), "--secret", "C=-"]);

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        var body = _server.Requests.Single().Split('\t')[1];
        JsonSerializer.Deserialize(body, SlipwayJson.Default.CreateAgentRequest)!.Secrets.ShouldBe(
            new Dictionary<string, string> { ["A"] = "typed=with=signs", ["B"] = "from-a-file\nsecond line", ["C"] = "from-stdin" });
        foreach (var secret in (string[])["typed", "from-a-file", "from-stdin"])
        {
            (result.Output + result.Error).ShouldNotContain(secret);
        }
    }

    [Theory]
    [InlineData("--secret", "sk-without-a-key")]
    [InlineData("--secret", "=sk-without-a-key")]
    [InlineData("--secret", "A=sk-first", "--secret", "A=sk-second")]
    [InlineData("--secret", "A=-", "--secret", "B=-")]
    public async Task C6_a_mistake_in_a_secret_is_explained_without_repeating_it(params string[] options)
    {
        var result = await new CliRun(_server.Address) { Input = "sk-stdin" }.RunAsync(["agent", "create", "rachel8", .. options]);

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        (result.Output + result.Error).ShouldNotContain("sk-");
        _server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("agent link agt-1", "https://slipway.example/orders/agt-1.1.sig\n")]
    [InlineData("agent link agt-1 -o json", "https://slipway.example/orders/agt-1.1.sig")]
    public async Task A_new_link_for_a_customer_is_all_that_stdout_gets(string line, string says)
    {
        _server.Answers("POST /v1/agents/agt-1/link", 200, new CustomerLink("https://slipway.example/orders/agt-1.1.sig"), json => json.CustomerLink);

        var result = await new CliRun(_server.Address).RunAsync(line);

        (result.ExitCode, result.Error).ShouldBe((ExitCodes.Ok, ""));
        result.Output.ShouldContain(says);
    }

    [Fact]
    public async Task A_draft_says_that_its_payment_comes_next()
    {
        _server.Answers("POST /v1/agents", Samples.Draft, 201);

        var result = await new CliRun(_server.Address).RunAsync("agent create rachel8");

        result.Error.ShouldBe("Ordered agt-1 \"Rachel\" (rachel8).\n" + Words.PayNext(Samples.Draft) + "\n");
    }
}
