using System.Text.Json.Nodes;
using Slipway.Server.Tests.Support;
using Slipway.Testing;

namespace Slipway.Server.Tests;

/// <summary>What fails is taken back, and what cannot be known is looked up.</summary>
public sealed class UndoTests
{
    [Theory]
    [InlineData("sold_out")]
    [InlineData("disabled")]
    public async Task T26_H1_A_location_without_room_is_passed_over_for_the_next_one(string state)
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.SellAsync(state, "fsn1");

        var agent = await system.RunningAgentAsync();

        agent.Machine!.Location.ShouldBe("nbg1");
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task O5_No_room_anywhere_for_the_steps_whole_time_is_undone_and_a_retry_works_when_there_is_room()
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Operations:RetryCap"] = "00:00:10" });
        await system.Cloud.SellAsync("sold_out");
        var agent = await system.OrderAsync(granted: true);
        (await system.SeesAsync(agent.Operation!, t => t.Kind == "retrying", "it found no room")).Message!.ShouldContain("nbg1: resource_unavailable");

        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(15));

        provision.Status.ShouldBe("undone");
        var failed = await system.Client.Agents.GetAsync(agent.Id);
        failed.Status.ShouldBe("error");
        failed.Error!.ShouldContain("create-server");
        await system.Cloud.ShouldBeEmptyAsync();

        await system.Cloud.SellAsync("available");
        var retry = await system.Client.Agents.RetryAsync(agent.Id);
        retry.Agent.Operation.ShouldNotBe(agent.Operation);
        (await system.FinishedAsync(retry.Agent.Operation!)).Status.ShouldBe("succeeded");
        (await system.Client.Agents.GetAsync(agent.Id)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_server_type_that_no_listed_location_sells_fails_at_once_and_says_what_to_change()
    {
        using var blueprints = new TemporaryDirectory();
        var hello = await File.ReadAllTextAsync(Path.Combine(SourceTree.Blueprints, "hello.yaml"));
        await File.WriteAllTextAsync(blueprints.File("hello.yaml"), hello.Replace("[fsn1, nbg1, hel1]", "[ash, hil]", StringComparison.Ordinal));
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Machines:BlueprintDirectory"] = blueprints.Path });
        var agent = await system.OrderAsync(granted: true);

        var provision = await system.FinishedAsync(agent.Operation!);

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("not sold in any location");
        provision.Error!.ShouldContain("blueprint 'hello'");
        var check = (await system.Client.Doctor.ExamineAsync()).Checks.Single(c => c.Name == "on-sale:hello");
        check.Ok.ShouldBeFalse();
        check.Fix.ShouldNotBeNull();
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_boot_that_fails_reports_itself_with_the_end_of_its_log_and_is_undone()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromMinutes(2));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");
        await system.Cloud.DeleteAuthKeysAsync();

        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(15));

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("phase 'join-tailscale'");
        provision.Error!.ShouldContain("backend error");
        (await system.Client.Agents.GetAsync(agent.Id)).Error.ShouldBe(provision.Error);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task H3_A_server_whose_making_fails_is_undone_with_Hetzners_own_words()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FailActionAsync("create_server", "no space left on host");
        var agent = await system.OrderAsync(granted: true);

        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(1));

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("no space left on host");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_lost_answer_is_not_repeated_and_its_server_is_adopted()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync("POST /v1/servers", "lost_answer");
        var agent = await system.OrderAsync(granted: true);

        var provision = await system.FinishedAsync(agent.Operation!);

        provision.Status.ShouldBe("succeeded");
        provision.Timeline.Single(t => t is { Step: "create-server", Kind: "done" }).Message!.ShouldContain("adopted");
        system.ToCloud.Count("POST", "/v1/servers").ShouldBe(1);
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task Trap2_A_lost_request_is_made_again_and_leaves_one_server()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync("POST /v1/servers", "lost_request");
        var agent = await system.OrderAsync(granted: true);

        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");

        system.ToCloud.Count("POST", "/v1/servers").ShouldBe(2);
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task T7_A_strangers_server_with_our_name_stops_the_operation_and_is_left_alone()
    {
        await using var system = await TestSystem.StartAsync();
        var draft = await system.OrderAsync();
        var stranger = await system.Cloud.HetznerAsync(HttpMethod.Post, "servers", new JsonObject
        {
            ["name"] = draft.Id,
            ["server_type"] = "cx23",
            ["image"] = "debian-12",
            ["location"] = "hel1",
        });
        await system.PayAsync(draft.Id);
        var operation = (await system.ProvisioningAsync(draft.Id)).Operation!;

        var provision = await system.FinishedByLeapsAsync(operation, TimeSpan.FromSeconds(2));

        provision.Status.ShouldBe("undone");
        provision.Error!.ShouldContain("left alone");
        var id = (long)stranger["server"]!["id"]!;
        provision.Error!.ShouldContain(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ((long)(await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!["id"]!).ShouldBe(id);
        (await system.Cloud.InventoryAsync()).Where(t => t.Key is not ("servers" or "machines" or "primary_ips")).ShouldAllBe(t => t.Value == 0);
    }

    [Fact]
    public async Task L3_What_somebody_else_took_away_already_does_not_keep_an_agent_from_being_destroyed()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.HetznerAsync(HttpMethod.Delete, $"servers/{agent.Machine!.ServerId}");
        await system.Cloud.DeleteDevicesAsync();

        await system.DestroyedAsync(agent.Id);

        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task L1_H4_A_machine_deaf_to_its_power_button_is_switched_off_after_a_minute_and_the_timeline_warns()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.IgnoreShutdownAsync(agent.Machine!.ServerId!.Value);

        var change = await system.Client.Agents.StopAsync(agent.Id);
        var stop = await system.FinishedByLeapsAsync(change.Agent.Operation!, TimeSpan.FromSeconds(5));

        stop.Status.ShouldBe("succeeded");
        stop.Timeline.Single(t => t is { Step: "await-off", Kind: "done" }).Message!.ShouldContain("may have lost data");
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("paused");
    }

    [Fact]
    public async Task L2_S4_A_start_whose_agent_never_gets_well_leaves_it_stopped_with_the_reason()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.FinishedAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, """{"exit_code":1,"stdout":"port 8080 is closed","stderr":""}""", times: 100_000);

        var change = await system.Client.Agents.StartAsync(agent.Id);
        var start = await system.FinishedByLeapsAsync(change.Agent.Operation!, TimeSpan.FromSeconds(5));

        start.Status.ShouldBe("undone");
        var stopped = await system.Client.Agents.GetAsync(agent.Id);
        (stopped.Status, stopped.Wanted).ShouldBe(("paused", "stopped"));
        stopped.Error!.ShouldContain("port 8080 is closed");
        ((string)(await system.Cloud.ServersAsync()).Single()!["status"]!).ShouldBe("off");
    }
}
