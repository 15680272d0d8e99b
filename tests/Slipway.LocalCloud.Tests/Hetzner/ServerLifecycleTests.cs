using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ServerLifecycleTests
{
    [Fact]
    public async Task A_new_server_is_initializing_then_starting_then_running()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.CreateServerAsync("agent-1");
        var seen = new List<string>();

        await cloud.UntilAsync(async () =>
        {
            var status = (string)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]!;
            if (!seen.Contains(status))
            {
                seen.Add(status);
            }

            return status == "running";
        });

        seen.Except(["off"]).ShouldBe(["initializing", "starting", "running"]);
        var actions = (await cloud.GetAsync($"/v1/servers/{id}/actions"))["actions"].AsArray();
        actions.Select(a => $"{a!["command"]} {a["progress"]}").Last().ShouldStartWith("start_server");
    }

    [Fact]
    public async Task While_it_is_created_a_server_is_locked_against_everything_even_its_delete()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.CreateServerAsync("agent-1");

        foreach (var answer in new[]
        {
            await cloud.PostAsync($"/v1/servers/{id}/actions/poweroff"),
            await cloud.PostAsync($"/v1/servers/{id}/actions/rebuild", """{"image":"debian-12"}"""),
            await cloud.DeleteAsync($"/v1/servers/{id}"),
        })
        {
            answer.Status.ShouldBe(423);
            answer.ErrorCode.ShouldBe("locked");
            answer.ErrorMessage.ShouldBe("cannot perform operation because server is locked");
        }

        await cloud.UntilStatusAsync(id, "running");
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task H4_a_shutdown_succeeds_when_the_signal_is_sent_and_the_server_is_off_when_the_machine_is()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        var action = await cloud.ActAsync(id, "shutdown");

        ((string?)action["command"]).ShouldBe("shutdown_server");
        ((string?)action["status"]).ShouldBe("success");
        await cloud.UntilStatusAsync(id, "off");
    }

    [Fact]
    public async Task H4_a_machine_that_ignores_its_power_button_keeps_running_until_the_plug_is_pulled()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        await cloud.PostAsync($"/_local/machines/{id}/ignore-shutdown", """{"ignore":true}""");

        ((string?)(await cloud.ActAsync(id, "shutdown"))["status"]).ShouldBe("success");
        cloud.Clock.Advance(TimeSpan.FromMinutes(5));
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("running");

        ((string?)(await cloud.ActAsync(id, "poweroff"))["command"]).ShouldBe("stop_server");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("off");
    }

    [Theory]
    [InlineData("poweron", "start_server")]
    [InlineData("reset", "reset_server")]
    [InlineData("reboot", "reboot_server")]
    public async Task A_server_runs_again_after(string call, string command)
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        if (call == "poweron")
        {
            await cloud.ActAsync(id, "poweroff");
        }

        var action = await cloud.ActAsync(id, call);

        ((string?)action["command"]).ShouldBe(command);
        ((string?)action["status"]).ShouldBe("success");
        ((int)action["progress"]!).ShouldBe(100);
        action["finished"].ShouldNotBeNull();
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("running");
    }

    [Fact]
    public async Task A_machine_that_ignores_its_power_button_is_not_rebooted_and_not_locked_for_ever()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        await cloud.PostAsync($"/_local/machines/{id}/ignore-shutdown", """{"ignore":true}""");

        ((string?)(await cloud.ActAsync(id, "reboot"))["status"]).ShouldBe("success");

        var server = (await cloud.GetAsync($"/v1/servers/{id}"))["server"];
        ((string?)server["status"]).ShouldBe("running");
        ((bool)server["locked"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task A_machine_that_dies_is_seen_off()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        await cloud.PostAsync($"/_local/machines/{id}/crash");

        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("off");
    }

    [Fact]
    public async Task H4_a_delete_answers_200_hides_the_server_at_once_and_its_action_outlives_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        var answer = await cloud.DeleteAsync($"/v1/servers/{id}");

        answer.Status.ShouldBe(200);
        ((string?)answer["action"]["command"]).ShouldBe("delete_server");
        var gone = await cloud.GetAsync($"/v1/servers/{id}");
        gone.Status.ShouldBe(404);
        gone.ErrorCode.ShouldBe("not_found");
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(404);
        var action = await cloud.UntilFinishedAsync((long)answer["action"]["id"]!);
        ((string?)action["status"]).ShouldBe("success");
        ((long)action["resources"]![0]!["id"]!).ShouldBe(id);
        ((int)(await cloud.GetAsync("/_local/inventory"))["machines"]["count"]!).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_is_still_starting_can_be_deleted_and_its_start_fails()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.StartTime = TimeSpan.FromMinutes(1));
        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));
        var id = (long)created["server"]["id"]!;
        await cloud.UntilStatusAsync(id, "starting");

        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);

        var start = await cloud.UntilFinishedAsync((long)created["next_actions"][0]!["id"]!);
        ((string?)start["status"]).ShouldBe("error");
        ((string?)start["error"]!["code"]).ShouldBe("action_failed");
    }

    [Fact]
    public async Task A_type_is_changed_only_while_the_server_is_off_and_back_only_if_the_disk_did_not_grow()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        const string Bigger = """{"server_type":"cx33","upgrade_disk":false}""";

        var running = await cloud.PostAsync($"/v1/servers/{id}/actions/change_type", Bigger);
        running.Status.ShouldBe(422);
        running.ErrorCode.ShouldBe("server_not_stopped");

        await cloud.ActAsync(id, "poweroff");
        ((string?)(await cloud.ActAsync(id, "change_type", Bigger))["status"]).ShouldBe("success");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["server_type"]!["name"]).ShouldBe("cx33");
        ((int)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["primary_disk_size"]!).ShouldBe(40);
        ((string?)(await cloud.ActAsync(id, "change_type", """{"server_type":"cx23","upgrade_disk":false}"""))["status"]).ShouldBe("success");

        await cloud.ActAsync(id, "change_type", """{"server_type":"cx33","upgrade_disk":true}""");
        ((int)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["primary_disk_size"]!).ShouldBe(80);
        var smaller = await cloud.PostAsync($"/v1/servers/{id}/actions/change_type", """{"server_type":"cx23","upgrade_disk":false}""");
        smaller.Status.ShouldBe(422);
        smaller.ErrorCode.ShouldBe("invalid_server_type");
    }

    [Fact]
    public async Task A_protected_server_is_neither_deleted_nor_rebuilt()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        var action = (await cloud.PostAsync($"/v1/servers/{id}/actions/change_protection", """{"delete":true,"rebuild":true}"""))["action"];
        ((string?)action["status"]).ShouldBe("success");
        ((int)action["progress"]!).ShouldBe(100);

        (await cloud.DeleteAsync($"/v1/servers/{id}")).ErrorCode.ShouldBe("protected");
        (await cloud.PostAsync($"/v1/servers/{id}/actions/rebuild", """{"image":"debian-12"}""")).Status.ShouldBe(423);
        (await cloud.PostAsync($"/v1/servers/{id}/actions/change_protection", """{"delete":false,"rebuild":false}""")).Status.ShouldBe(201);
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Name_and_labels_are_changed_together_or_alone()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1", ""","labels":{"a":"1"}""");
        await cloud.CreateServerAsync("agent-2");

        var renamed = (await cloud.SendAsync("PUT", $"/v1/servers/{id}", """{"name":"agent-3"}"""))["server"];
        ((string?)renamed["name"]).ShouldBe("agent-3");
        ((string?)renamed["labels"]!["a"]).ShouldBe("1");
        var labelled = (await cloud.SendAsync("PUT", $"/v1/servers/{id}", """{"labels":{"b":"2"}}"""))["server"];
        labelled["labels"]!.ToJsonString().ShouldBe("""{"b":"2"}""");
        (await cloud.SendAsync("PUT", $"/v1/servers/{id}", """{"name":"agent-2"}""")).Status.ShouldBe(409);
        (await cloud.GetAsync("/v1/servers?name=agent-1"))["servers"].AsArray().ShouldBeEmpty();
        (await cloud.GetAsync("/v1/servers?name=agent-3"))["servers"].AsArray().Count.ShouldBe(1);
    }
}
