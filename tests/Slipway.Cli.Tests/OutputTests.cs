using System.Text.Json;
using Slipway.Cli.Tests.Fakes;
using Slipway.Cli.Watching;
using Slipway.Client;
using Slipway.Testing;
using Spectre.Console;

namespace Slipway.Cli.Tests;

public sealed class OutputTests : IAsyncLifetime
{
    private static readonly BlueprintResource Rachel = new()
    {
        Name = "rachel8",
        Description = "A Telegram agent with Claude Code.",
        ServerType = "cx23",
        Image = "debian-12",
        Locations = ["fsn1", "nbg1"],
        Secrets = [new("TELEGRAM_BOT_TOKEN", "from @BotFather", true, "^[0-9]+:.+$"), new("LOG_LEVEL", null, false, null)],
        Tailscale = true,
        Digest = "0123abcd",
        Yaml = "name: rachel8\n",
    };

    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("agent list", "agent-list.txt")]
    [InlineData("agent show agt-1", "agent-show.txt")]
    [InlineData("operation list", "operation-list.txt")]
    [InlineData("operation show op-1", "operation-show.txt")]
    [InlineData("operation explain op-1", "operation-explain.txt")]
    [InlineData("alert list", "alert-list.txt")]
    [InlineData("alert list --all", "alert-list-all.txt")]
    [InlineData("alert ack alt-1", "alert-ack.txt")]
    [InlineData("reconcile --dry-run", "reconcile-dry-run.txt")]
    [InlineData("blueprint list", "blueprint-list.txt")]
    [InlineData("blueprint show rachel8", "blueprint-show.txt")]
    public async Task Tables_look_as_approved(string line, string golden)
    {
        ArrangeEverything();

        var result = await new CliRun(_server.Address) { Time = new ManualTimeProvider(Samples.Noon.AddHours(2)) }.RunAsync(line);

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Error.ShouldBe(line.StartsWith("reconcile", StringComparison.Ordinal) ? "2 finding(s) about what is ours. 1 resource(s) are not ours, or nobody can tell; they were left alone.\n" : "");
        Golden.ShouldMatch(result.Output, golden);
    }

    [Theory]
    [InlineData("agent list")]
    [InlineData("agent show agt-1")]
    [InlineData("operation list")]
    [InlineData("operation show op-1")]
    [InlineData("operation explain op-1")]
    [InlineData("alert list")]
    [InlineData("alert ack alt-1")]
    [InlineData("reconcile")]
    [InlineData("blueprint list")]
    [InlineData("blueprint show rachel8")]
    public async Task With_json_stdout_is_one_JSON_document(string line)
    {
        ArrangeEverything();

        var result = await new CliRun(_server.Address).RunAsync(line + " --output json");

        JsonDocument.Parse(result.Output).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
        result.Error.ShouldBe(line == "reconcile" ? "Everything of ours is as it should be.\n" : "");
    }

    [Fact]
    public async Task A_round_that_could_not_list_everything_says_so_and_exits_1()
    {
        var report = Samples.Reconciled with { Findings = [], Unread = ["servers: GET /servers answered 503."] };
        _server.Answers("POST /v1/reconcile?acceptMissing=true", 200, report, json => json.ReconcileReport);

        var result = await new CliRun(_server.Address).RunAsync("reconcile --accept-missing");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Error.ShouldContain("Could not list servers: GET /servers answered 503. Nothing was concluded about them.");
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task A_round_while_another_is_under_way_exits_5()
    {
        _server.Refuses("POST /v1/reconcile", 409, "reconcile_running", "A round is under way already.");

        (await new CliRun(_server.Address).RunAsync("reconcile")).ExitCode.ShouldBe(ExitCodes.Conflict);
    }

    [Fact]
    public async Task Operations_can_be_listed_for_one_agent()
    {
        _server.Answers("GET /v1/operations?agent=agt-1", 200, new OperationList([]), json => json.OperationList);

        (await new CliRun(_server.Address).RunAsync("operation list --agent agt-1")).ExitCode.ShouldBe(ExitCodes.Ok);
    }

    [Fact]
    public async Task The_document_of_a_blueprint_comes_out_as_it_is()
    {
        ArrangeEverything();

        (await new CliRun(_server.Address).RunAsync("blueprint show rachel8 --yaml")).Output.ShouldBe("name: rachel8\n");
    }

    [Fact]
    public async Task A_blueprint_with_mistakes_is_reported_as_compilers_do_and_exits_1()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("mine.yaml");
        await File.WriteAllTextAsync(file, "name: mine\n");
        var problems = new BlueprintValidation([new(3, 5, "'serverType' is missing.")]);
        _server.Answers("POST /v1/blueprints/validate", 200, problems, json => json.BlueprintValidation);

        var result = await new CliRun(_server.Address).RunAsync(["blueprint", "validate", file]);

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Output.ShouldBe($"{file}:3:5: 'serverType' is missing.\n");
        _server.Requests.Single().ShouldEndWith("""{"fileName":"mine.yaml","yaml":"name: mine\n"}""");
    }

    [Fact]
    public async Task A_blueprint_without_mistakes_exits_0()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("mine.yaml"), "name: mine\n");
        _server.Answers("POST /v1/blueprints/validate", 200, new BlueprintValidation([]), json => json.BlueprintValidation);

        var result = await new CliRun(_server.Address).RunAsync(["blueprint", "validate", directory.File("mine.yaml")]);

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customers_name_cannot_steer_the_operators_terminal()
    {
        var named = Samples.Running with { Name = "\u001b[2J\u009bevil\nname [red]" };
        _server.Answers("GET /v1/agents", 200, new AgentList([named]), json => json.AgentList);

        var result = await new CliRun(_server.Address) { OnATerminal = true }.RunAsync("agent list");

        result.Output.ShouldContain("evil name [red]");
        result.Output.Any(c => char.IsControl(c) && c != '\n').ShouldBeFalse();
    }

    [Fact]
    public void The_board_of_a_provisioning_looks_as_approved_at_every_moment()
    {
        var board = new StepBoard(Samples.ProvisionSteps);
        using var frames = new StringWriter();
        foreach (var entry in Samples.Success)
        {
            board.Apply(entry);
            Draw(board, entry, frames);
        }

        Golden.ShouldMatch(frames.ToString(), "board.success.txt");
    }

    [Fact]
    public void The_board_of_a_failure_shows_what_is_taken_back_and_no_step_that_will_not_come()
    {
        var board = new StepBoard(Samples.ProvisionSteps);
        using var frames = new StringWriter();
        foreach (var entry in Samples.Failure)
        {
            board.Apply(entry);
            Draw(board, entry, frames);
        }

        board.Undoing.ShouldBeTrue();
        board.FailedAt.ShouldBe("create-server");
        Golden.ShouldMatch(frames.ToString(), "board.failure.txt");
    }

    private static void Draw(StepBoard board, TimelineEntry entry, StringWriter frames)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(frames), Ansi = AnsiSupport.No });
        console.Profile.Width = 80;
        console.Profile.Capabilities.Unicode = true;
        frames.WriteLine($"after {entry.Step} {entry.Kind}:");
        console.Write(StepBoardView.Render(board, entry.At.AddSeconds(0.1), console.Profile.Width, (int)entry.Sequence));
    }

    private void ArrangeEverything()
    {
        var stranger = Samples.Draft with { Id = "agt-2", Name = "名前", Blueprint = "b" };
        var finished = Samples.Undone with
        {
            Timeline = Samples.Failure,
            Evidence = new EvidenceResource(Samples.Noon.AddSeconds(3), "== unit agent\nfailed\nport 8080 is taken\u001b[2J\n"),
        };
        var acknowledged = Samples.Stuck with { AcknowledgedBy = "ada (tok-1)", AcknowledgedAt = Samples.Noon.AddMinutes(90) };
        var resolved = acknowledged with { Id = "alt-0", Severity = "warning", ResolvedAt = Samples.Noon.AddMinutes(100) };
        _server
            .Answers("GET /v1/agents", 200, new AgentList([Samples.Running, stranger]), json => json.AgentList)
            .Answers("GET /v1/agents/agt-1", Samples.Running)
            .Answers("GET /v1/operations", 200, new OperationList([Samples.Provisioning, Samples.Undone]), json => json.OperationList)
            .Answers("GET /v1/operations/op-1", finished)
            .Answers("GET /v1/operations/op-1/explain", 200, Samples.Explanation, json => json.OperationExplanation)
            .Answers("GET /v1/alerts", 200, new AlertList([Samples.Stuck]), json => json.AlertList)
            .Answers("GET /v1/alerts?all=true", 200, new AlertList([Samples.Stuck, resolved]), json => json.AlertList)
            .Answers("POST /v1/alerts/alt-1/ack", 200, acknowledged, json => json.AlertResource)
            .Answers("POST /v1/reconcile?dryRun=true", 200, Samples.Reconciled with { DryRun = true }, json => json.ReconcileReport)
            .Answers("POST /v1/reconcile", 200, Samples.Reconciled with { Findings = [] }, json => json.ReconcileReport)
            .Answers("GET /v1/blueprints", 200, new BlueprintList([Rachel with { Yaml = null }]), json => json.BlueprintList)
            .Answers("GET /v1/blueprints/rachel8", 200, Rachel, json => json.BlueprintResource);
    }
}
