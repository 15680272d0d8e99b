using System.Text.Json;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.State;

public sealed class RestartTests
{
    [Fact]
    public async Task Everything_a_client_can_read_is_the_same_after_a_restart()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var kept = await RestartedCloud.StartAsync();
        // Two answers of primary IPs differ from Hetzner's own document; that is not what is looked at here.
        kept.Cloud.Deviates = true;
        await RichState.MakeAsync(kept.Cloud, receiver);
        var before = await Everything.ReadAsync(kept.Cloud);

        await kept.RestartAsync();

        var after = await Everything.ReadAsync(kept.Cloud);
        after.Keys.ShouldBe(before.Keys);
        before.Where(b => after[b.Key] != b.Value).Select(b => $"{b.Key}{Environment.NewLine}{b.Value}{Environment.NewLine}{after[b.Key]}").ShouldBeEmpty();

        // A comparison of nothing with nothing would pass as well.
        foreach (var rich in RichState.NonEmpty)
        {
            before[rich].ShouldContain("\"id\":", customMessage: rich);
        }
    }

    [Fact]
    public async Task Numbers_go_on_and_none_is_given_twice()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var first = await kept.Cloud.RunningServerAsync("agent-1");
        var ip = (string?)(await kept.Cloud.GetAsync($"/v1/servers/{first}"))["server"]["public_net"]!["ipv4"]!["ip"];
        var deleted = await kept.Cloud.CreateServerAsync("agent-2");
        await kept.Cloud.UntilStatusAsync(deleted, "running");
        var delete = await kept.Cloud.UntilFinishedAsync((long)(await kept.Cloud.DeleteAsync($"/v1/servers/{deleted}"))["action"]["id"]!);
        var key = (long)(await kept.Cloud.PostAsync("/v1/placement_groups", """{"name":"g","type":"spread"}"""))["placement_group"]["id"]!;

        await kept.RestartAsync();

        var order = await kept.Cloud.PostAsync("/v1/servers", TestCloud.Order("agent-3"));
        ((long)order["server"]["id"]!).ShouldBe(deleted + 1);
        ((long)order["action"]["id"]!).ShouldBeGreaterThan((long)delete["id"]!);
        ((string?)order["server"]["public_net"]!["ipv4"]!["ip"]).ShouldNotBe(ip);
        ((long)(await kept.Cloud.PostAsync("/v1/placement_groups", """{"name":"h","type":"spread"}"""))["placement_group"]["id"]!).ShouldBeGreaterThan(key);
        (await kept.Cloud.GetAsync($"/v1/actions/{delete["id"]}")).Status.ShouldBe(200, "actions outlive their server, and a restart");
    }

    [Fact]
    public async Task What_is_left_of_the_hour_is_left_after_a_restart()
    {
        await using var kept = await RestartedCloud.StartAsync(o => o.RateLimit = 20);
        await kept.Cloud.PostAsync("/_local/rate-limit", """{"remaining":5}""");
        (await kept.Cloud.GetAsync("/v1/servers")).Headers["RateLimit-Remaining"].ShouldBe("4");

        await kept.RestartAsync();

        (await kept.Cloud.GetAsync("/v1/servers")).Headers["RateLimit-Remaining"].ShouldBe("3");
    }

    [Fact]
    public async Task Capacity_and_limits_stay_as_they_were_set()
    {
        await using var kept = await RestartedCloud.StartAsync();
        await kept.Cloud.PostAsync("/_local/capacity", """{"server_type":"cx23","location":"fsn1","state":"sold_out"}""");
        await kept.Cloud.PostAsync("/_local/limits", """{"servers":0}""");

        await kept.RestartAsync();

        (await kept.Cloud.PostAsync("/v1/servers", TestCloud.Order("a"))).ErrorCode.ShouldBe("resource_limit_exceeded");
        await kept.Cloud.PostAsync("/_local/limits", """{}""");
        (await kept.Cloud.PostAsync("/v1/servers", TestCloud.Order("a"))).ErrorCode.ShouldBe("resource_unavailable");
    }

    [Fact]
    public async Task A_simulated_machine_is_as_far_as_it_was_and_the_same_machine()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var kept = await RestartedCloud.StartAsync();
        var userData = RichState.UserData(receiver, (string)(await kept.Cloud.CreateAuthKeyAsync())["key"]!);
        var id = await kept.Cloud.RunningServerAsync("agent-1", $",\"user_data\":{JsonSerializer.Serialize(userData)}");
        await kept.Cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "report and phone-home");
        await kept.Cloud.ExecAsync(id, "place-files-and-start");
        var report = (await kept.Cloud.ExecAsync(id, "boot-report")).Text;

        await kept.RestartAsync();

        (await kept.Cloud.ExecAsync(id, "boot-report")).Text.ShouldBe(report);
        ((int)(await kept.Cloud.ExecAsync(id, "check-unit"))["exit_code"]!).ShouldBe(0);
        kept.Cloud.Clock.Advance(TimeSpan.FromMinutes(1));
        receiver.All.Count.ShouldBe(2, "its first boot was over");
        (await kept.Cloud.ActAsync(id, "reset")).AsObject()["status"]!.GetValue<string>().ShouldBe("success");
        await kept.Cloud.UntilAsync(async () => (await kept.Cloud.ExecAsync(id, "check-unit")).Status == 200, "the next boot");
        ((int)(await kept.Cloud.ExecAsync(id, "check-unit"))["exit_code"]!).ShouldBe(0, "the unit is enabled");
        ((bool)(await kept.Cloud.GetAsync("/api/v2/tailnet/-/devices"))["devices"][0]!["connectedToControl"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task A_machine_caught_in_its_first_boot_boots_on()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var kept = await RestartedCloud.StartAsync();
        var userData = RichState.UserData(receiver, (string)(await kept.Cloud.CreateAuthKeyAsync())["key"]!);
        var id = await kept.Cloud.RunningServerAsync("agent-1", $",\"user_data\":{JsonSerializer.Serialize(userData)}");
        receiver.All.ShouldBeEmpty();

        await kept.RestartAsync();

        await kept.Cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "report and phone-home");
        receiver.All[0].Form["status"].ShouldBe("ok");
        receiver.All[1].Form["instance_id"].ShouldBe($"{id}");
    }

    [Fact]
    public async Task A_fault_is_as_spent_as_it_was_and_its_dice_fall_on()
    {
        await using var one = await RestartedCloud.StartAsync();
        await using var other = await RestartedCloud.StartAsync();
        foreach (var cloud in (RestartedCloud[])[one, other])
        {
            cloud.Cloud.Deviates = true;
            await cloud.Cloud.FaultAsync("unavailable", ("route", "GET /v1/pricing"), ("times", "0"), ("probability", "0.5"), ("seed", "7"));
            await cloud.Cloud.FaultAsync("unavailable", ("route", "GET /v1/servers"), ("times", "2"));
        }

        var (undisturbed, restarted) = (new List<int>(), new List<int>());
        for (var i = 0; i < 30; i++)
        {
            undisturbed.Add((await other.Cloud.GetAsync("/v1/pricing")).Status);
            restarted.Add((await one.Cloud.GetAsync("/v1/pricing")).Status);
            if (i == 10)
            {
                (await one.Cloud.GetAsync("/v1/servers")).Status.ShouldBe(503);
                await one.RestartAsync();
            }
        }

        restarted.ShouldBe(undisturbed);
        restarted.Distinct().Count().ShouldBe(2);
        (await one.Cloud.GetAsync("/v1/servers")).Status.ShouldBe(503);
        (await one.Cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
    }
}
