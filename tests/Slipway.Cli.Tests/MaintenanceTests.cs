using Slipway.Cli.Tests.Fakes;
using Slipway.Client;

namespace Slipway.Cli.Tests;

public sealed class MaintenanceTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Snapshots_are_listed_with_their_ids_and_sizes()
    {
        var whole = new SnapshotResource { Id = 7001, Status = "available", Description = "before the change", SizeMb = 751, Operation = "op-1", CreatedAt = Samples.Noon };
        _server.Answers(
            "GET /v1/agents/agt-1/snapshots",
            200,
            new SnapshotList([new SnapshotResource { Status = "creating", Description = "for later", Keep = true, Operation = "op-2", CreatedAt = Samples.Noon.AddMinutes(1) }, whole]),
            json => json.SnapshotList);

        var result = await new CliRun(_server.Address).RunAsync("agent snapshots agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        Golden.ShouldMatch(result.Output, "agent-snapshots.txt");
        _server.ShouldBeFinished();
    }

    [Theory]
    [InlineData("agent snapshot agt-1 --description words --keep --no-wait", "POST /v1/agents/agt-1/snapshots", """{"description":"words","keep":true}""")]
    [InlineData("agent snapshots agt-1 --delete 7001 --no-wait", "DELETE /v1/agents/agt-1/snapshots/7001", "")]
    [InlineData("agent resize agt-1 --type cx33 --no-wait", "POST /v1/agents/agt-1/resize", """{"serverType":"cx33","upgradeDisk":false}""")]
    [InlineData("agent rebuild agt-1 --yes --no-wait", "POST /v1/agents/agt-1/rebuild", "")]
    public async Task Each_is_one_request(string line, string request, string body)
    {
        _server.Answers(request, Samples.Busy, 202);

        (await new CliRun(_server.Address).RunAsync(line)).ExitCode.ShouldBe(ExitCodes.Ok);

        _server.Requests.ShouldHaveSingleItem().ShouldBe($"{request}\t{body}");
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_rebuilt_unless_told_so()
    {
        var result = await new CliRun(_server.Address) { Input = "y\n" }.RunAsync("agent rebuild agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldContain("--yes");
        _server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task On_a_terminal_anything_but_yes_rebuilds_nothing()
    {
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await new CliRun(_server.Address) { OnATerminal = true, Input = "no\n" }.RunAsync("agent rebuild agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Error.ShouldContain("will be lost");
        _server.ShouldBeFinished();
    }
}
