using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>A server may stop at any time; nothing is lost and nothing is done twice.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_stopping_server_lets_the_step_that_runs_write_down_what_it_made()
    {
        await using var system = await TestSystem.StartAsync();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ToCloud.HoldsAnswer = request =>
        {
            if (request.Method != "POST" || request.Path != "/v1/servers")
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return release.Task;
        };
        var agent = await system.OrderAsync(granted: true);
        using var limit = Eventually.Limit();
        await reached.Task.WaitAsync(limit.Token);
        var stops = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stops.SetResult);

        var stopped = system.StopServerAsync();
        await stops.Task.WaitAsync(limit.Token);
        stopped.IsCompleted.ShouldBeFalse("the server exists at Hetzner, and its id is not stored yet");
        release.SetResult();
        await stopped.WaitAsync(limit.Token);
        await system.StartServerAsync();

        var provision = await system.FinishedAsync(agent.Operation!);
        provision.Status.ShouldBe("succeeded");
        provision.Timeline.Single(t => t is { Step: "create-server", Kind: "done" }).Message!.ShouldNotContain("adopted");
        system.ToCloud.Count("POST", "/v1/servers").ShouldBe(1);
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task An_agent_whose_machine_boots_meanwhile_is_provisioned_by_the_next_server()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromSeconds(30));
        var agent = await system.OrderAndPayAsync();
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");

        await system.StopServerAsync();
        await system.StartServerAsync();

        (await system.Client.Agents.GetAsync(agent.Id)).Busy.ShouldBeTrue();
        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(2));
        provision.Status.ShouldBe("succeeded", provision.Error);
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
        system.ToCloud.Count("POST", "/v1/servers").ShouldBe(1);
    }

    [Fact]
    public async Task What_was_paid_stays_paid_and_a_replay_after_the_restart_is_still_a_replay()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.OrderAndPayAsync();
        await system.FinishedAsync(agent.Operation!);

        await system.StopServerAsync();
        await system.StartServerAsync();

        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("active");
        (await system.WebhookAsync(StripeEvents.Paid(agent.Id, "evt_" + agent.Id))).Text.ShouldContain("before");
        (await system.Client.Operations.ListAsync(agent.Id)).ShouldHaveSingleItem();
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task S1_A_lost_master_key_stops_the_start_instead_of_being_replaced()
    {
        await using var system = await TestSystem.StartAsync();
        await system.OrderAsync();
        await system.StopServerAsync();
        var key = Path.Combine(system.Directory, "slipway.key");
        File.Delete(key);

        var problems = await system.ProblemsAtStartAsync();

        problems.ShouldHaveSingleItem().ShouldContain("backup");
        File.Exists(key).ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_of_a_newer_build_stops_the_start_and_says_what_to_do()
    {
        await using var system = await TestSystem.StartAsync();
        await system.QueryAsync<long>("INSERT INTO schema_versions (version, name, applied_at) VALUES (9999, 'V9999_later.sql', 0) RETURNING version");
        await system.StopServerAsync();

        var problems = await system.ProblemsAtStartAsync();

        problems.ShouldHaveSingleItem().ShouldContain("start the newer build");
    }
}
