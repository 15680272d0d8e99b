using Slipway.Cli.Tests.Fakes;
using Slipway.Client;

namespace Slipway.Cli.Tests;

public sealed class UpdateTests : IAsyncLifetime
{
    private static readonly OperationResource RollingOut = Samples.Provisioning with { Id = "op-9", Plan = "roll-out", Agent = "blueprint/hello", Step = "update-canary", Steps = ["update-canary", "update-others"] };

    private static readonly RolloutResource Begun = new()
    {
        Id = "rol-1",
        Blueprint = "hello",
        BlueprintDigest = new string('b', 64),
        Status = "running",
        AtOnce = 2,
        Operation = "op-9",
        Agents = [Member("agt-1", "waiting"), Member("agt-2", "waiting"), Member("agt-3", "skipped", note: "Agent agt-3: only a running agent can be updated, and this one is stopped.")],
        CreatedAt = Samples.Noon,
    };

    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task One_agent_is_updated_with_the_secrets_that_its_new_version_asks_for()
    {
        _server.Answers("POST /v1/agents/agt-1/update", Samples.Busy, 202);

        var result = await RunAsync("agent update agt-1 --secret A=b --no-wait");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        _server.Requests.Single().ShouldBe("POST /v1/agents/agt-1/update\t{\"secrets\":{\"A\":\"b\"}}");
        result.Error.ShouldBe("Accepted: agt-1 is wanted running. Follow it with 'slipway operation watch op-1'.\n");
    }

    [Fact]
    public async Task An_agent_that_runs_that_version_already_has_nothing_done_to_it()
    {
        _server.Answers("POST /v1/agents/agt-1/update", Samples.Running);

        (await RunAsync("agent update agt-1")).Error.ShouldStartWith("Nothing had to be done: agt-1 is ");
    }

    [Fact]
    public async Task A_roll_out_is_followed_and_ends_in_a_report_of_each_agent()
    {
        var stopped = RollingOut with { Status = "undone", Direction = "undoing", Error = "agt-1 was not well with version bbbbbbbbbbbb and was put back.", FinishedAt = Samples.Noon.AddSeconds(30) };
        _server.Answers("POST /v1/rollouts", 202, Begun, json => json.RolloutResource);
        _server.Answers("GET /v1/operations/op-9", RollingOut);
        _server.Responds("GET /v1/operations/op-9/events", new EventScript().Finishes(stopped).PlayAsync);
        _server.Answers("GET /v1/rollouts/rol-1", 200, Begun with { Status = "failed", Error = stopped.Error, FinishedAt = stopped.FinishedAt, Agents = [Member("agt-1", "put_back", "op-10", "it was not healthy"), Member("agt-2", "kept"), Begun.Agents[2]] }, json => json.RolloutResource);

        var result = await RunAsync("agent update --blueprint hello --canary agt-1 --at-once 2");

        result.ExitCode.ShouldBe(ExitCodes.RolledBack);
        _server.Requests.First().ShouldBe("POST /v1/rollouts\t{\"blueprint\":\"hello\",\"atOnce\":2,\"canary\":\"agt-1\"}");
        Golden.ShouldMatch(result.Output, "rollout-show.txt");
        Golden.ShouldMatch(result.Error, "rollout.stderr.txt");
    }

    [Fact]
    public async Task Roll_outs_are_listed_and_cancelled()
    {
        _server.Answers("GET /v1/rollouts", 200, new RolloutList([Begun with { Agents = [] }]), json => json.RolloutList);
        Golden.ShouldMatch((await RunAsync("rollout list")).Output, "rollout-list.txt");

        _server.Answers("POST /v1/rollouts/rol-1/cancel", 202, Begun, json => json.RolloutResource);
        (await RunAsync("rollout cancel rol-1")).ExitCode.ShouldBe(ExitCodes.Ok);
    }

    [Theory]
    [InlineData("agent update")]
    [InlineData("agent update agt-1 --blueprint hello")]
    [InlineData("agent update agt-1 --canary agt-2")]
    [InlineData("agent update --blueprint hello --secret A=b")]
    public async Task It_has_to_be_said_what_is_updated(string line)
    {
        (await RunAsync(line)).ExitCode.ShouldBe(ExitCodes.Usage);
        _server.Requests.ShouldBeEmpty();
    }

    private async Task<CliResult> RunAsync(string line)
    {
        var result = await new CliRun(_server.Address).RunAsync(line);
        _server.ShouldBeFinished();
        return result;
    }

    private static RolloutAgentResource Member(string agent, string status, string? operation = null, string? note = null) =>
        new() { Agent = agent, Status = status, FromDigest = new string('a', 64), Operation = operation, Note = note };
}
