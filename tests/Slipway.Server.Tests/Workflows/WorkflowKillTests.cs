using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Workflows;

/// <summary>Whatever becomes of a run, and wherever, nothing of it is left.</summary>
public sealed class WorkflowKillTests
{
    private const string Claim = "POST /callbacks/github 1";
    private const string Key = "POST /api/v2/tailnet/-/keys";
    private const string Order = "POST /callbacks/github 2";
    private const string Create = "POST /v1/servers";
    private const string Created = "POST /callbacks/github 3";
    private const string Look = "GET /api/v2/tailnet/-/devices";
    private const string Running = "POST /callbacks/github 4";

    public static TheoryData<string, bool, string> Places
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var place in (string[])[Claim, Key, Order, Create, Created, Look])
            {
                data.Add(place, false, nameof(Death.Cancelled));
                data.Add(place, true, nameof(Death.Silent));
            }

            data.Add(Running, false, nameof(Death.Silent));
            data.Add(Key, true, nameof(Death.Interrupted));
            data.Add(Create, true, nameof(Death.Interrupted));
            data.Add(Look, false, nameof(Death.Interrupted));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task G4_A_run_that_dies_at_a_request_leaves_nothing(string place, bool answered, string death)
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        var struck = false;
        runner.Strike = (request, isAnswered) =>
        {
            var hits = request == place && isAnswered == answered;
            struck |= hits;
            return hits ? Enum.Parse<Death>(death) : null;
        };
        runner.Play();

        await ShouldLeaveNothingAsync(system, runner);

        struck.ShouldBeTrue($"nothing was struck; it asked for: {string.Join(", ", runner.Requests)}\n{string.Join('\n', runner.Log)}");
    }

    [Theory]
    [InlineData("Install slipway", nameof(Death.Silent))]
    [InlineData("Install slipway", nameof(Death.Cancelled))]
    [InlineData("Provision", nameof(Death.Silent))]
    [InlineData("Provision", nameof(Death.Interrupted))]
    public async Task G4_A_run_that_dies_before_a_step_leaves_nothing(string step, string death)
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        runner.StrikeBefore = s => s.Name == step ? Enum.Parse<Death>(death) : null;
        runner.Play();

        await ShouldLeaveNothingAsync(system, runner);
    }

    [Fact]
    public async Task G4_A_run_that_is_never_begun_leaves_nothing_and_gets_nothing_when_it_comes_late()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        var agent = await system.OrderAsync(granted: true);
        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(15));
        provision.Status.ShouldBe("undone");
        var run = (await system.Cloud.RunsAsync()).Single()!;
        ((string)run["conclusion"]!).ShouldBe("cancelled", "it was asked to end");

        await system.Cloud.SetRunAsync((long)run["id"]!, "queued");
        runner.Play();
        await runner.FinishedAsync();

        string.Join('\n', runner.Log).ShouldContain("Failed at 'claim-job'");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task G3_A_run_that_dies_after_its_last_word_was_heard_has_done_its_work()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        runner.Strike = (request, isAnswered) => request == Running && isAnswered ? Death.Silent : null;
        runner.Play();

        var agent = await system.OrderAsync(granted: true);

        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task G4_While_GitHub_cannot_be_asked_a_run_that_may_still_create_is_waited_for_until_its_own_limit()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false);
        await using var _ = runner;
        runner.Strike = (request, isAnswered) => request == Order && isAnswered ? Death.Silent : null;
        runner.Play();
        var agent = await system.OrderAsync(granted: true);
        await runner.FinishedAsync();
        system.ToCloud.Loses = request => request.Path.StartsWithSegments("/github", StringComparison.Ordinal);
        await system.Client.Agents.DestroyAsync(agent.Id);

        var wait = await system.SeesAsync(agent.Operation!, t => t is { Step: "delete-server", Kind: "waiting" }, "it waits for the run");

        wait.Message!.ShouldContain("is not known");
        (await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(15))).Status.ShouldBe("undone");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    private static async Task ShouldLeaveNothingAsync(TestSystem system, WorkflowRunner runner)
    {
        var agent = await system.OrderAsync(granted: true);
        await runner.FinishedAsync();
        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(15));

        provision.Status.ShouldBe("undone", string.Join('\n', runner.Log));
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("error");
        (await system.QueryAsync<string>("SELECT status FROM workflow_jobs")).ShouldBe(["closed"]);
        (await system.QueryAsync<string>("SELECT status FROM machines")).ShouldBe(["gone"]);
        (await system.QueryAsync<string>("SELECT name FROM secrets ORDER BY name")).ShouldBe(["GREETING_TOKEN", "ssh-ca"]);
        ((string)(await system.Cloud.RunsAsync()).Single()!["status"]!).ShouldBe("completed");
    }
}
