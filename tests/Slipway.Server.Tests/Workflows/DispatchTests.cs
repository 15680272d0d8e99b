using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Workflows;

/// <summary>G1: one order, one run, whatever happens to the request for it.</summary>
public sealed class DispatchTests
{
    private const string Route = "POST /github/repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches";

    [Fact]
    public async Task G1_A_dispatch_whose_answer_was_lost_is_looked_up_and_not_sent_again()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        system.ToCloud.HoldsAnswer = request => IsDispatch(request) ? throw new HttpRequestException("planted") : Task.CompletedTask;

        var agent = await system.OrderAsync(granted: true);

        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
        (await system.Cloud.RunsAsync()).Count.ShouldBe(1);
        (await system.Cloud.RequestsAsync()).Where(r => r.Key.EndsWith("/dispatches", StringComparison.Ordinal)).Sum(r => r.Value).ShouldBe(1);
    }

    [Fact]
    public async Task G1_A_dispatch_of_which_there_is_no_trace_is_closed_before_another_is_sent()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false, new Dictionary<string, string> { ["GitHub:LookFor"] = "00:00:10" });
        await using var _ = runner;
        var lost = false;
        system.ToCloud.Loses = request => IsDispatch(request) && !lost && (lost = true);
        var agent = await system.OrderAsync(granted: true);
        await Eventually.BecomesAsync(() => system.Cloud.RunsAsync(), runs => runs.Count == 1, "another was sent", () => system.Clock.Leap(TimeSpan.FromMilliseconds(500)));
        runner.Play();

        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded", string.Join('\n', runner.Log));

        Jobs(system).Distinct().Count().ShouldBe(2);
        (await system.QueryAsync<string>("SELECT status FROM workflow_jobs ORDER BY number")).ShouldBe(["closed", "running"]);
    }

    [Fact]
    public async Task G1_A_server_that_stops_after_the_dispatch_goes_on_with_the_same_run()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        var agent = await system.OrderAsync(granted: true);
        await Eventually.BecomesAsync(() => system.Cloud.RunsAsync(), runs => runs.Count == 1, "it was dispatched");

        await system.StopServerAsync();
        await system.StartServerAsync();
        runner.Play();

        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded", string.Join('\n', runner.Log));
        Jobs(system).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(401)]
    public async Task G1_A_dispatch_that_was_surely_refused_is_sent_again(int status)
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        await system.Cloud.FaultAsync(Route, "answer", status, """{"message":"planted"}""");

        var agent = await system.OrderAsync(granted: true);

        (await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromMilliseconds(400))).Status.ShouldBe("succeeded");
        Jobs(system).Count.ShouldBe(2);
        Jobs(system).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task G1_A_workflow_that_does_not_take_the_dispatch_fails_at_once_and_says_what_to_do()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(settings: new Dictionary<string, string> { ["GitHub:Ref"] = "no-such-branch" });
        await using var _ = runner;

        var agent = await system.OrderAsync(granted: true);
        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(1));

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("no-such-branch");
        provision.Error!.ShouldContain("GitHub:Ref");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_blueprint_may_say_who_makes_its_machines()
    {
        using var blueprints = new Slipway.Testing.TemporaryDirectory();
        var hello = await File.ReadAllTextAsync(Path.Combine(SourceTree.Blueprints, "hello.yaml"));
        await File.WriteAllTextAsync(blueprints.File("hello.yaml"), hello + "\nexecutor: github-actions\n");
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Machines:BlueprintDirectory"] = blueprints.Path });

        var agent = await system.OrderAsync(granted: true);
        var provision = await system.FinishedAsync(agent.Operation!);

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("GITHUB_CALLBACK_SECRET");
    }

    [Fact]
    public async Task H8_What_the_executor_needs_and_has_not_is_told_at_the_start()
    {
        await using var system = await TestSystem.StartAsync();
        system.Set("Machines:Executor", "github-actions");
        system.Set("GitHub:CallbackSecrets:0", "short");

        var problems = await system.ProblemsAtStartAsync();

        problems.ShouldContain(p => p.Contains("GitHub:Repository", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("openssl rand", StringComparison.Ordinal));
    }

    private static bool IsDispatch(HttpRequest request) => request.Path.ToString().EndsWith("/dispatches", StringComparison.Ordinal);

    private static List<string> Jobs(TestSystem system) =>
        [.. system.ToCloud.Exchanges.Where(e => e.PathAndQuery.EndsWith("/dispatches", StringComparison.Ordinal)).Select(e => (string)JsonNode.Parse(e.Body)!["inputs"]!["job_id"]!)];
}
