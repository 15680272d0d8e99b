using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Workflows;

/// <summary>The shipped workflow, played as GitHub would, against a real server.</summary>
public sealed class WorkflowTests
{
    [Fact]
    public async Task G1_G2_G3_A_workflow_makes_the_machine_and_the_server_does_the_rest()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;

        var agent = await system.OrderAsync(granted: true);
        var provision = await system.FinishedAsync(agent.Operation!);

        provision.Status.ShouldBe("succeeded", provision.Error + string.Join('\n', runner.Log));
        await runner.FinishedAsync();
        var running = await system.Client.Agents.GetAsync(agent.Id);
        running.Status.ShouldBe("active");
        var server = (await system.Cloud.ServersAsync()).Single()!;
        runner.Outputs.ShouldBe(new Dictionary<string, string>
        {
            ["server_id"] = server["id"]!.ToString(),
            ["server_ip"] = (string)server["public_net"]!["ipv4"]!["ip"]!,
            ["tailscale_ip"] = running.Machine!.TailscaleIp!,
        });
        running.Machine.ServerId.ShouldBe((long)server["id"]!);
        var run = (await system.Cloud.RunsAsync()).Single()!;
        ((string)run["conclusion"]!).ShouldBe("success");
        run["inputs"]!.AsObject().Select(i => i.Key).ShouldBe(["job_id", "agent_id", "region", "callback_url"], ignoreOrder: true);
        ((string)run["inputs"]!["agent_id"]!).ShouldBe(agent.Id);
        (await system.QueryAsync<string>("SELECT status FROM workflow_jobs")).ShouldBe(["running"]);
        (await system.QueryAsync<string>("SELECT name FROM secrets ORDER BY name")).ShouldBe(["GREETING_TOKEN", "ssh-ca"], "the auth key is spent and gone");
    }

    [Fact]
    public async Task The_timeline_has_the_same_steps_whoever_makes_the_machine()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        await using var other = await TestSystem.StartAsync();

        var byWorkflow = await system.FinishedAsync((await system.OrderAsync(granted: true)).Operation!);
        var here = await other.FinishedAsync((await other.OrderAsync(granted: true)).Operation!);

        byWorkflow.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(here.Timeline.Where(t => t.Kind == "done").Select(t => t.Step));
    }

    [Fact]
    public async Task L3_What_a_workflow_made_is_destroyed_like_any_other()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        var agent = await system.RunningAgentAsync();
        await runner.FinishedAsync();

        await system.DestroyedAsync(agent.Id);

        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task G4_A_run_that_fails_says_where_and_leaves_nothing()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        await system.Cloud.FaultAsync("POST /v1/servers", "answer", 422, """{"error":{"code":"invalid_input","message":"planted: no such image","details":{}}}""", times: 1);

        var agent = await system.OrderAsync(granted: true);
        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromMilliseconds(100));

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("at 'create-server'");
        provision.Error!.ShouldContain("planted: no such image");
        await runner.FinishedAsync();
        // 'cancelled' when the undo was quicker than the run's own end.
        ((string)(await system.Cloud.RunsAsync()).Single()!["conclusion"]!).ShouldBeOneOf("failure", "cancelled");
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.QueryAsync<string>("SELECT status FROM workflow_jobs")).ShouldBe(["closed"]);
    }

    [Fact]
    public async Task C6_No_secret_is_in_what_GitHub_shows()
    {
        var (system, runner) = await WorkflowRunner.StartAsync();
        await using var _ = runner;
        var agent = await system.RunningAgentAsync();
        await runner.FinishedAsync();

        var shown = string.Join('\n', runner.Log) + await RunsTextAsync(system);

        foreach (var secret in (string[])[Cloud.Token, "local-secret", WorkflowRunner.CallbackSecret, TestSystem.Secret, "tskey-", system.BootToken(agent.Operation ?? "")])
        {
            shown.ShouldNotContain(secret);
        }

        system.Log.Text.ShouldNotContain(WorkflowRunner.CallbackSecret);
    }

    [Fact]
    public void G2_The_workflow_and_the_server_agree_on_limit_and_title()
    {
        WorkflowRunner.Shipped.Limit.ShouldBe(Slipway.Machines.Workflows.GitHubSettings.RunLimit);
        WorkflowRunner.Shipped.RunName.Replace("${{ inputs.job_id }}", "job-1", StringComparison.Ordinal)
            .ShouldBe(Slipway.Machines.Workflows.WorkflowJob.TitleOf("job-1"));
    }

    [Theory]
    [InlineData("    runs-on:", "    uses: somebody/elses.yml\n    runs-on:")]
    [InlineData("        id: install", "        shell: python\n        id: install")]
    [InlineData("  id-token: write", "  id-token: write\n  contents: write")]
    [InlineData("--job \"$JOB_ID\"", "--job ${{ inputs.job_id }}")]
    public void The_runner_of_these_tests_refuses_what_it_does_not_play(string from, string to)
    {
        var yaml = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "github", "provision-agent.yml"));
        yaml.ShouldContain(from);

        Should.Throw<ShouldAssertException>(() => WorkflowFile.Parse(yaml.Replace(from, to, StringComparison.Ordinal)));
    }

    private static async Task<string> RunsTextAsync(TestSystem system) => (await system.Cloud.RunsAsync()).ToJsonString();
}
