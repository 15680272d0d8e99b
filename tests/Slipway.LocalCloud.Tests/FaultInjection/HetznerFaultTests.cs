using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.FaultInjection;

/// <summary>What a client sees of each fault in Hetzner's rules.</summary>
public sealed class HetznerFaultTests
{
    [Theory]
    [InlineData("no", false)]
    [InlineData("yes", true)]
    public async Task sold_out_is_412_for_that_type_and_place_whatever_the_list_says(string listed, bool available)
    {
        await using var cloud = await TestCloud.StartAsync();
        var fault = await cloud.FaultAsync("sold_out", ("server_type", "cx23"), ("location", "fsn1"), ("listed", listed));

        var refused = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        refused.Status.ShouldBe(412);
        refused.ErrorCode.ShouldBe("resource_unavailable");
        refused.ErrorMessage.ShouldBe("error during placement");
        var type = (await cloud.GetAsync("/v1/server_types?name=cx23"))["server_types"][0]!;
        ((bool)type["locations"]!.AsArray().Single(l => (string?)l!["name"] == "fsn1")!["available"]!).ShouldBe(available);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1").Replace("fsn1", "nbg1"))).Status.ShouldBe(201);
        await cloud.DeleteAsync($"/_local/faults/{fault}");
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task location_disabled_is_412_in_words_of_its_own()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("location_disabled", ("location", "fsn1"));

        var refused = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        refused.Status.ShouldBe(412);
        refused.ErrorMessage.ShouldBe("server location disabled");
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1").Replace("fsn1", "hel1"))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task quota_is_403_that_names_the_limit()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("quota", ("resource", "server"));

        var refused = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        refused.Status.ShouldBe(403);
        refused.Text.ShouldBe("""{"error":{"message":"server limit exceeded","code":"resource_limit_exceeded","details":{"limits":[{"name":"server_limit"}]}}}""");
        (await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}""")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task locked_is_423_for_so_many_seconds_from_the_first_refusal()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        var other = await cloud.RunningServerAsync("other-1");
        await cloud.FaultAsync("locked", ("server", "agent-*"), ("seconds", "30"));

        var refused = await cloud.PostAsync($"/v1/servers/{id}/actions/poweroff");
        refused.Status.ShouldBe(423);
        refused.ErrorMessage.ShouldBe("cannot perform operation because server is locked");
        cloud.Clock.Advance(TimeSpan.FromSeconds(29));
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(423);
        (await cloud.DeleteAsync($"/v1/servers/{other}")).Status.ShouldBe(200);
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task action_stuck_is_an_action_at_0_percent_until_the_fault_is_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var stuck = await cloud.FaultAsync("action_stuck", ("action", "create_server"));
        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));
        await cloud.UntilAsync(async () => (int)(await cloud.GetAsync("/_local/faults"))["faults"][0]!["hits"]! == 1, "the action to be stuck");
        cloud.Clock.Advance(TimeSpan.FromHours(3));

        var action = (await cloud.GetAsync($"/v1/actions/{created["action"]["id"]}"))["action"];
        ((string?)action["status"]).ShouldBe("running");
        ((int)action["progress"]!).ShouldBe(0);
        ((string?)(await cloud.GetAsync($"/v1/servers/{created["server"]["id"]}"))["server"]["status"]).ShouldBe("initializing");

        await cloud.DeleteAsync($"/_local/faults/{stuck}");
        await cloud.UntilStatusAsync((long)created["server"]["id"]!, "running");
    }

    [Fact]
    public async Task action_stuck_is_also_an_action_whose_work_was_done_long_ago()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        await cloud.FaultAsync("action_stuck", ("action", "stop_server"), ("done", "yes"), ("seconds", "3300"));

        var action = await cloud.PostAsync($"/v1/servers/{id}/actions/poweroff");
        await cloud.UntilStatusAsync(id, "off");
        ((string?)(await cloud.GetAsync($"/v1/actions/{action["action"]["id"]}"))["action"]["status"]).ShouldBe("running");
        cloud.Clock.Advance(TimeSpan.FromMinutes(55));
        ((string?)(await cloud.UntilFinishedAsync((long)action["action"]["id"]!))["status"]).ShouldBe("success");
    }

    [Fact]
    public async Task action_fails_is_an_error_after_the_201_and_leaves_the_server_off()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("action_fails", ("action", "create_server"), ("code", "unknown_error"));

        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        var action = await cloud.UntilFinishedAsync((long)created["action"]["id"]!);
        ((string?)action["status"]).ShouldBe("error");
        action["error"]!.ToJsonString().ShouldBe("""{"code":"unknown_error","message":"Unknown Error (unknown_error)"}""");
        await cloud.UntilFinishedAsync((long)created["next_actions"][0]!["id"]!);
        var server = (await cloud.GetAsync($"/v1/servers/{created["server"]["id"]}"))["server"];
        ((string?)server["status"]).ShouldBe("off");
        ((bool)server["locked"]!).ShouldBeFalse();
        (await cloud.DeleteAsync($"/v1/servers/{server["id"]}")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("error")]
    [InlineData("success")]
    public async Task server_left_off_is_a_create_that_succeeds_and_a_server_that_does_not_run(string start)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("server_left_off", ("server", "agent-1"), ("start_action", start));

        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        ((string?)(await cloud.UntilFinishedAsync((long)created["action"]["id"]!))["status"]).ShouldBe("success");
        ((string?)(await cloud.UntilFinishedAsync((long)created["next_actions"][0]!["id"]!))["status"]).ShouldBe(start);
        var id = (long)created["server"]["id"]!;
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("off");
        ((string?)(await cloud.ActAsync(id, "poweron"))["status"]).ShouldBe("success", "it can still be started");
    }

    [Fact]
    public async Task name_taken_unlisted_is_409_though_no_server_has_the_name()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("name_taken_unlisted");

        var refused = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        refused.Status.ShouldBe(409);
        refused.ErrorCode.ShouldBe("uniqueness_error");
        refused.ErrorMessage.ShouldBe("server name is already used");
        (await cloud.GetAsync("/v1/servers?name=agent-1"))["servers"].AsArray().ShouldBeEmpty();
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"))).Status.ShouldBe(201);
    }
}
