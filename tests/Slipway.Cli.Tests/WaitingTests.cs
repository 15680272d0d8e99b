using System.Text.Json;
using Slipway.Cli.Tests.Fakes;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Cli.Tests;

public sealed class WaitingTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_order_without_payment_is_followed_until_the_agent_runs()
    {
        _server.Answers("POST /v1/agents", Samples.Busy, 201);
        Follows(Samples.Success, Samples.Provisioned);
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await RunAsync("agent create rachel8 --name Rachel --without-payment");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        Golden.ShouldMatch(result.Error, "create.stderr.txt");
        Golden.ShouldMatch(result.Output, "create.stdout.txt");
    }

    [Fact]
    public async Task With_json_stdout_is_the_agent_and_nothing_else()
    {
        _server.Answers("POST /v1/agents", Samples.Busy, 201);
        Follows(Samples.Success, Samples.Provisioned);
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await RunAsync("agent create rachel8 --without-payment -o json");

        JsonSerializer.Deserialize(result.Output, SlipwayJson.Default.AgentResource).ShouldBe(Samples.Running);
        result.Error.ShouldContain("create-server");
    }

    [Fact]
    public async Task A_provisioning_that_was_taken_back_exits_6_and_says_why()
    {
        _server.Answers("POST /v1/agents", Samples.Busy, 201);
        Follows(Samples.Failure, Samples.Undone);
        _server.Answers("GET /v1/agents/agt-1", Samples.Failed);

        var result = await RunAsync("agent create rachel8 --without-payment");

        result.ExitCode.ShouldBe(ExitCodes.RolledBack);
        Golden.ShouldMatch(result.Error, "rolled-back.stderr.txt");
    }

    [Fact]
    public async Task A_dropped_stream_is_resumed_after_the_last_entry_and_shows_nothing_twice()
    {
        _server.Answers("POST /v1/agents/agt-1/start", Samples.Busy, 202);
        _server.Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(new EventScript().Sends(Samples.Success[..3]).ThenBreaks());
        Streams(new EventScript().Sends(Samples.Success[1..]).Finishes(Samples.Provisioned));
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await new CliRun(_server.Address).RunAsync("agent start agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        _server.Requests.ShouldContain("GET /v1/operations/op-1/events after 3\t");
        result.Error.Split('\n').Count(line => line.Contains("create-server", StringComparison.Ordinal)).ShouldBe(1);
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task A_destroy_that_cancels_a_provisioning_is_followed_through_both()
    {
        _server.Answers("POST /v1/agents/agt-1/destroy", Samples.Busy with { Wanted = "destroyed" }, 202);
        Follows(Samples.Failure, Samples.Undone with { CancelReason = "destroy" });
        _server.Answers("GET /v1/agents/agt-1", Samples.Busy with { Operation = "op-2", Wanted = "destroyed" });
        var destroy = Samples.Provisioning with { Id = "op-2", Plan = "destroy", Steps = ["delete-server"], Step = "delete-server" };
        _server.Answers("GET /v1/operations/op-2", destroy);
        Streams(new EventScript().Sends(Samples.Entry(1, "delete-server", "done", 9, ms: 400)).Finishes(destroy with { Status = "succeeded" }), "op-2");
        _server.Answers("GET /v1/agents/agt-1", Samples.Draft with { Status = "closed", Wanted = "destroyed", Operation = "op-2" });

        var result = await RunAsync("agent destroy agt-1 --yes");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldContain("destroy of agt-1 succeeded");
    }

    [Fact]
    public async Task An_order_somebody_else_destroys_meanwhile_has_failed()
    {
        _server.Answers("POST /v1/agents", Samples.Busy, 201);
        Follows(Samples.Failure, Samples.Undone with { CancelReason = "destroy" });
        _server.Answers("GET /v1/agents/agt-1", Samples.Busy with { Operation = "op-2" });
        var destroy = Samples.Provisioning with { Id = "op-2", Plan = "destroy", Status = "succeeded" };
        _server.Answers("GET /v1/operations/op-2", destroy);
        Streams(new EventScript().Finishes(destroy), "op-2");
        _server.Answers("GET /v1/agents/agt-1", Samples.Draft with { Status = "closed", Wanted = "destroyed", Operation = "op-2" });

        (await RunAsync("agent create rachel8 --without-payment")).ExitCode.ShouldBe(ExitCodes.RolledBack);
    }

    [Fact]
    public async Task A_timeout_exits_124_says_how_to_resume_and_with_json_still_names_the_agent()
    {
        var script = new EventScript().Sends(Samples.Success[..3]).ThenHangs();
        _server.Answers("POST /v1/agents", Samples.Busy, 201).Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(script);

        var time = new ManualTimeProvider();
        var running = new CliRun(_server.Address) { Time = time }.RunAsync("agent create rachel8 --without-payment --timeout 30s -o json");
        await script.Hanging;
        time.Advance(TimeSpan.FromSeconds(30));
        var result = await running;

        result.ExitCode.ShouldBe(ExitCodes.TimedOut);
        result.Error.ShouldContain("Not finished within 30.0 s");
        result.Error.ShouldContain("slipway operation watch op-1");
        JsonSerializer.Deserialize(result.Output, SlipwayJson.Default.AgentResource)!.Id.ShouldBe("agt-1");
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task Control_C_detaches_cancels_nothing_and_exits_130()
    {
        var script = new EventScript().Sends(Samples.Success[..3]).ThenHangs();
        _server.Answers("POST /v1/agents/agt-1/start", Samples.Busy, 202).Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(script);

        using var interrupt = new CancellationTokenSource();
        var running = new CliRun(_server.Address).RunAsync("agent start agt-1", interrupt.Token);
        await script.Hanging;
        await interrupt.CancelAsync();
        var result = await running;

        result.ExitCode.ShouldBe(ExitCodes.Interrupted);
        result.Error.ShouldContain("nothing was cancelled");
        result.Error.ShouldContain("slipway operation watch op-1");
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task Leaving_while_the_clean_up_is_going_on_exits_7()
    {
        var script = new EventScript().Sends(Samples.Failure[..3]).ThenHangs();
        _server.Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(script);

        var time = new ManualTimeProvider();
        var cli = new CliRun(_server.Address) { Time = time };
        var seen = cli.Says("create-server     failed");
        var running = cli.RunAsync("operation watch op-1 --timeout 30s");
        await seen;
        time.Advance(TimeSpan.FromSeconds(30));
        var result = await running;

        result.ExitCode.ShouldBe(ExitCodes.CleanUpPending);
        result.Error.ShouldContain("still being removed");
    }

    [Fact]
    public async Task No_wait_returns_at_once_and_says_how_to_follow()
    {
        _server.Answers("POST /v1/agents/agt-1/stop", Samples.Busy, 202);

        var result = await RunAsync("agent stop agt-1 --no-wait");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldContain("slipway operation watch op-1");
    }

    [Fact]
    public async Task When_nothing_had_to_be_done_an_old_operation_is_not_followed()
    {
        _server.Answers("POST /v1/agents/agt-1/start", Samples.Running, 200);

        var result = await RunAsync("agent start agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldContain("Nothing had to be done");
    }

    [Fact]
    public async Task Watching_a_draft_waits_for_its_payment_and_then_follows_the_provisioning()
    {
        _server.Answers("GET /v1/agents/agt-1", Samples.Draft).Answers("GET /v1/agents/agt-1", Samples.Draft).Answers("GET /v1/agents/agt-1", Samples.Busy);
        Follows(Samples.Success, Samples.Provisioned);
        _server.Answers("GET /v1/agents/agt-1", Samples.Running);

        var result = await new CliRun(_server.Address).RunAsync("agent watch agt-1");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldStartWith("Waiting for the payment of agt-1.");
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task Watching_a_settled_agent_reports_how_its_last_operation_ended()
    {
        _server.Answers("GET /v1/agents/agt-1", Samples.Failed).Answers("GET /v1/operations/op-1", Samples.Undone);

        (await RunAsync("agent watch agt-1")).ExitCode.ShouldBe(ExitCodes.RolledBack);
    }

    [Theory]
    [InlineData("forward", ExitCodes.Error)]
    [InlineData("undoing", ExitCodes.CleanUpPending)]
    public async Task A_server_that_stays_away_while_we_watch_ends_it_with_a_way_back(string direction, int exitCode)
    {
        _server.Answers("GET /v1/operations/op-1", Samples.Provisioning with { Direction = direction });
        for (var i = 0; i < 8; i++)
        {
            Streams(new EventScript().ThenBreaks());
        }

        var result = await RunAsync("operation watch op-1");

        result.ExitCode.ShouldBe(exitCode);
        result.Error.ShouldContain("stayed out of reach");
        result.Error.ShouldEndWith("Watch it again: slipway operation watch op-1\n");
    }

    [Fact]
    public async Task An_operation_the_server_says_ended_before_its_clean_up_did_exits_7()
    {
        Follows(Samples.Failure[..3], Samples.Undone with { Status = "stuck" });

        (await RunAsync("operation watch op-1")).ExitCode.ShouldBe(ExitCodes.CleanUpPending);
    }

    [Fact]
    public async Task A_step_that_keeps_waiting_for_the_same_thing_says_so_once_in_a_log()
    {
        TimelineEntry Waiting(long sequence, string why) => Samples.Entry(sequence, "await-phone-home", "waiting", sequence, why);
        Follows([Waiting(1, "for a report"), Waiting(2, "for a report"), Waiting(3, "for an address")], Samples.Provisioned);

        var result = await RunAsync("operation watch op-1");

        result.Error.Split('\n').Count(line => line.Contains("for a report", StringComparison.Ordinal)).ShouldBe(1);
        result.Error.ShouldContain("for an address");
    }

    [Fact]
    public async Task The_operation_as_it_ended_is_what_json_gets()
    {
        Follows(Samples.Failure, Samples.Undone);

        var result = await RunAsync("operation watch op-1 -o json");

        JsonSerializer.Deserialize(result.Output, SlipwayJson.Default.OperationResource)!.Error.ShouldBe(Samples.Undone.Error);
    }

    [Fact]
    public async Task An_agent_still_busy_with_what_just_ended_is_looked_at_again_and_nothing_is_followed_twice()
    {
        _server.Answers("POST /v1/agents/agt-1/retry", Samples.Busy, 202);
        Follows(Samples.Success, Samples.Provisioned);
        _server.Answers("GET /v1/agents/agt-1", Samples.Busy).Answers("GET /v1/agents/agt-1", Samples.Running);

        (await RunAsync("agent retry agt-1")).ExitCode.ShouldBe(ExitCodes.Ok);
    }

    [Fact]
    public async Task Control_C_while_a_payment_is_awaited_says_how_to_watch_the_agent_again()
    {
        using var interrupt = new CancellationTokenSource();
        _server.Answers("POST /v1/agents", Samples.Draft, 201).Responds("GET /v1/agents/agt-1", async _ => await interrupt.CancelAsync());

        var result = await new CliRun(_server.Address).RunAsync("agent create rachel8 --wait", interrupt.Token);

        result.ExitCode.ShouldBe(ExitCodes.Interrupted);
        result.Error.ShouldEndWith("Watch it again: slipway agent watch agt-1\n");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("1", false)]
    public async Task On_a_terminal_the_steps_are_a_board_and_NO_COLOR_takes_the_colours_away(string noColour, bool coloured)
    {
        _server.Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(new EventScript().Sends(Samples.Success).Finishes(Samples.Provisioned));
        var cli = new CliRun(_server.Address) { OnATerminal = true };
        cli.Variables["NO_COLOR"] = noColour;

        var result = await cli.RunAsync("operation watch op-1");

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldContain(" await-phone-home    40.0 s  ");
        result.Error.ShouldContain("━━━━━━━━━━━━━━━━━━━━");
        result.Error.Contains("\u001b[32m", StringComparison.Ordinal).ShouldBe(coloured);
        result.Output.ShouldBeEmpty();
    }

    private void Follows(TimelineEntry[] entries, OperationResource end)
    {
        _server.Answers("GET /v1/operations/op-1", Samples.Provisioning);
        Streams(new EventScript().Sends(entries).Writes(": keep-alive\n\n").Finishes(end));
    }

    private void Streams(EventScript script, string operation = "op-1") =>
        _server.Responds($"GET /v1/operations/{operation}/events", script.PlayAsync);

    private async Task<CliResult> RunAsync(string line)
    {
        var result = await new CliRun(_server.Address).RunAsync(line);
        _server.ShouldBeFinished();
        return result;
    }
}
