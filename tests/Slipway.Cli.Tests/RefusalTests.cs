using System.Net;
using System.Net.Sockets;
using Slipway.Cli.Tests.Fakes;
using Slipway.Testing;

namespace Slipway.Cli.Tests;

public sealed class RefusalTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(404, "agent_not_found", ExitCodes.NotFound)]
    [InlineData(403, "scope_missing", ExitCodes.NotAllowed)]
    [InlineData(409, "agent_busy", ExitCodes.Conflict)]
    [InlineData(500, "internal", ExitCodes.Error)]
    public async Task What_the_server_refuses_has_an_exit_code_of_its_own(int status, string code, int exitCode)
    {
        _server.Refuses("POST /v1/agents/agt-1/stop", status, code, "The server's own words.");

        var result = await new CliRun(_server.Address).RunAsync("agent stop agt-1");

        result.ExitCode.ShouldBe(exitCode);
        result.Error.ShouldStartWith($"The server's own words. ({status} {code})");
        result.Output.ShouldBeEmpty();
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task A_wrong_token_exits_4_says_where_tokens_come_from_and_shows_none()
    {
        var cli = new CliRun(_server.Address);
        cli.Variables["SLIPWAY_TOKEN"] = "not-the-token";

        var result = await cli.RunAsync("agent list");

        result.ExitCode.ShouldBe(ExitCodes.NotAllowed);
        result.Error.ShouldContain("SLIPWAY_TOKEN");
        (result.Output + result.Error).ShouldNotContain("not-the-token");
    }

    [Fact]
    public async Task Mistakes_in_fields_are_listed_one_a_line()
    {
        var errors = new Dictionary<string, string[]> { ["secrets.B"] = ["is missing"], ["location"] = ["is none of fsn1, nbg1"] };
        _server.Refuses("POST /v1/agents", 400, "validation_failed", "The order has mistakes.", errors);

        var result = await new CliRun(_server.Address).RunAsync("agent create rachel8");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Error.ShouldBe("The order has mistakes.\n  location: is none of fsn1, nbg1\n  secrets.B: is missing (400 validation_failed)\n");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_with_what_to_do()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var free = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();

        var result = await new CliRun(free).RunAsync("agent list");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Error.ShouldContain($"No Slipway server answers at {free}");
        result.Error.ShouldContain("Start the server on this machine");
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("agent lst")]
    [InlineData("agent show")]
    [InlineData("agent list -o yaml")]
    [InlineData("agent list --token secret")]
    [InlineData("agent list --server nonsense")]
    [InlineData("agent list --server http://user:password@127.0.0.1")]
    [InlineData("agent stop agt-1 --timeout soon")]
    [InlineData("agent stop agt-1 --wait --no-wait")]
    [InlineData("agent show ..")]
    [InlineData("agent list --token-file /does/not/exist")]
    [InlineData("blueprint validate /does/not/exist.yaml")]
    public async Task Wrong_use_exits_2_before_anything_is_sent_and_leaves_stdout_clean(string line)
    {
        var result = await new CliRun(_server.Address).RunAsync(line);

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldNotBeEmpty();
        result.Output.ShouldBeEmpty();
        _server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_token_it_says_how_to_give_one()
    {
        var cli = new CliRun(_server.Address);
        cli.Variables.Remove("SLIPWAY_TOKEN");

        var result = await cli.RunAsync("agent list");

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldBe(Words.NoToken + "\n");
    }

    [Theory]
    [InlineData("agent list --token-file {0}", null)]
    [InlineData("agent list", "SLIPWAY_TOKEN_FILE")]
    public async Task The_token_may_come_from_a_file_with_a_line_break_at_its_end(string line, string? variable)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("token");
        await File.WriteAllTextAsync(file, FakeServer.Token + "\n");
        var cli = new CliRun(_server.Address);
        cli.Variables["SLIPWAY_TOKEN"] = variable is null ? "typed files win over the environment" : "";
        cli.Variables[variable ?? "UNUSED"] = file;
        _server.Answers("GET /v1/agents", 200, new Slipway.Client.AgentList([]), json => json.AgentList);

        (await cli.RunAsync(line.Replace("{0}", file, StringComparison.Ordinal))).ExitCode.ShouldBe(ExitCodes.Ok);
    }

    [Fact]
    public async Task A_token_no_header_can_carry_is_refused_without_showing_it()
    {
        var cli = new CliRun(_server.Address);
        cli.Variables["SLIPWAY_TOKEN"] = "two\nlines";

        var result = await cli.RunAsync("agent list");

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldBe(Words.BadToken + "\n");
    }
}
