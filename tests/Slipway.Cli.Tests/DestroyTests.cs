using Slipway.Cli.Tests.Fakes;

namespace Slipway.Cli.Tests;

public sealed class DestroyTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Without_a_terminal_nothing_is_destroyed_unless_told_so()
    {
        var result = await new CliRun(_server.Address) { Input = "y\n" }.RunAsync("agent destroy agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldContain("--yes");
        _server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task On_a_terminal_anything_but_yes_destroys_nothing(string answer)
    {
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await new CliRun(_server.Address) { OnATerminal = true, Input = answer }.RunAsync("agent destroy agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Error.ShouldBe($"{Words.ConfirmDestroy(Samples.Running)} [y/N] {Words.NotDestroyed}\n");
        _server.ShouldBeFinished();
    }

    [Theory]
    [InlineData("y\n", "agent destroy agt-1 --no-wait")]
    [InlineData("YES\n", "agent destroy agt-1 --no-wait")]
    public async Task On_a_terminal_yes_destroys(string answer, string line)
    {
        _server.Answers("GET /v1/agents/agt-1", Samples.Running).Answers("POST /v1/agents/agt-1/destroy", Samples.Busy, 202);

        (await new CliRun(_server.Address) { OnATerminal = true, Input = answer }.RunAsync(line)).ExitCode.ShouldBe(ExitCodes.Ok);
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task Yes_in_advance_asks_nothing()
    {
        _server.Answers("POST /v1/agents/agt-1/destroy", Samples.Busy, 202);

        (await new CliRun(_server.Address) { OnATerminal = true }.RunAsync("agent destroy agt-1 --yes --no-wait")).ExitCode.ShouldBe(ExitCodes.Ok);
        _server.ShouldBeFinished();
    }
}
