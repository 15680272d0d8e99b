using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ServerActionTests
{
    [Theory]
    [InlineData("enable_rescue", null)]
    [InlineData("disable_rescue", null)]
    [InlineData("reset_password", null)]
    [InlineData("request_console", null)]
    [InlineData("enable_backup", null)]
    [InlineData("disable_backup", null)]
    [InlineData("create_image", null)]
    [InlineData("detach_iso", null)]
    [InlineData("attach_iso", """{"iso":"ipxe.iso"}""")]
    [InlineData("remove_from_placement_group", null)]
    [InlineData("change_protection", """{"delete":true,"rebuild":true}""")]
    [InlineData("change_type", """{"server_type":"cx33","upgrade_disk":false}""")]
    public async Task A_locked_server_refuses(string action, string? body)
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.CreateServerAsync("agent-1");

        var answer = await cloud.PostAsync($"/v1/servers/{id}/actions/{action}", body);

        answer.Status.ShouldBe(423, answer.Text);
        answer.ErrorMessage.ShouldBe("cannot perform operation because server is locked");
    }

    [Fact]
    public async Task The_rescue_system_is_for_the_next_boot_or_an_hour()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        ((string?)(await cloud.PostAsync($"/v1/servers/{id}/actions/enable_rescue"))["root_password"]).ShouldNotBeNullOrEmpty();
        await cloud.UntilAsync(() => RescueAsync(cloud, id));
        await cloud.UntilAsync(async () => !await LockedAsync(cloud, id));
        await cloud.ActAsync(id, "reset");
        (await RescueAsync(cloud, id)).ShouldBeFalse();

        await cloud.ActAsync(id, "enable_rescue", """{"type":"linux64"}""");
        (await RescueAsync(cloud, id)).ShouldBeTrue();
        cloud.Clock.Advance(TimeSpan.FromMinutes(61));
        await cloud.UntilAsync(async () => !await RescueAsync(cloud, id));
    }

    [Fact]
    public async Task A_disc_is_attached_by_name_and_taken_out_again()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        (await cloud.PostAsync($"/v1/servers/{id}/actions/attach_iso", """{"iso":"debian-12.11.0-arm64-netinst.iso"}""")).Status.ShouldBe(422);
        await cloud.ActAsync(id, "attach_iso", """{"iso":"ipxe.iso"}""");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["iso"]!["name"]).ShouldBe("ipxe.iso");
        await cloud.ActAsync(id, "detach_iso");
        (await cloud.GetAsync($"/v1/servers/{id}"))["server"].AsObject()["iso"].ShouldBeNull();
        ((string?)(await cloud.PostAsync($"/v1/servers/{id}/actions/detach_iso"))["action"]["status"]).ShouldBe("success");
    }

    [Fact]
    public async Task A_password_is_reset_only_while_the_server_runs()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        ((string?)(await cloud.PostAsync($"/v1/servers/{id}/actions/reset_password"))["root_password"]).ShouldNotBeNullOrEmpty();
        await cloud.UntilAsync(async () => !await LockedAsync(cloud, id));
        await cloud.ActAsync(id, "poweroff");
        (await cloud.PostAsync($"/v1/servers/{id}/actions/reset_password")).Status.ShouldBe(422);
    }

    [Fact]
    public async Task A_reverse_name_is_set_and_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        var net = (await cloud.GetAsync($"/v1/servers/{id}"))["server"]["public_net"]!;
        var (ip, usual) = ((string)net["ipv4"]!["ip"]!, (string)net["ipv4"]!["dns_ptr"]!);

        await cloud.ActAsync(id, "change_dns_ptr", $$"""{"ip":"{{ip}}","dns_ptr":"a.example"}""");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["public_net"]!["ipv4"]!["dns_ptr"]).ShouldBe("a.example");
        await cloud.ActAsync(id, "change_dns_ptr", $$"""{"ip":"{{ip}}","dns_ptr":null}""");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["public_net"]!["ipv4"]!["dns_ptr"]).ShouldBe(usual);
        (await cloud.PostAsync($"/v1/servers/{id}/actions/change_dns_ptr", """{"ip":"192.0.2.1","dns_ptr":"x"}""")).Field.ShouldBe("ip");
    }

    [Fact]
    public async Task Metrics_are_zero_while_the_server_was_off_and_the_same_when_asked_again()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        cloud.Clock.Advance(TimeSpan.FromMinutes(10));
        await cloud.ActAsync(id, "poweroff");
        cloud.Clock.Advance(TimeSpan.FromMinutes(10));
        var path = $"/v1/servers/{id}/metrics?type=cpu,network&start=2026-11-21T09:00:00Z&end=2026-11-21T09:18:00Z&step=60";

        var metrics = (await cloud.GetAsync(path))["metrics"];

        metrics["time_series"]!.AsObject().Count.ShouldBe(5);
        var cpu = metrics["time_series"]!["cpu"]!["values"]!.AsArray();
        ((string?)cpu[5]![1]).ShouldNotBe("0");
        ((string?)cpu[15]![1]).ShouldBe("0");
        (await cloud.GetAsync(path)).Text.ShouldBe((await cloud.GetAsync(path)).Text);
        (await cloud.GetAsync($"/v1/servers/{id}/metrics?type=ram&start=2026-11-21T09:00:00Z&end=2026-11-21T09:18:00Z")).Field.ShouldBe("type");
    }

    [Fact]
    public async Task The_server_limit_is_an_option_and_can_be_changed()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.ServerLimit = 1);
        await cloud.CreateServerAsync("agent-1");

        var second = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"));

        second.Status.ShouldBe(403);
        second.ErrorCode.ShouldBe("resource_limit_exceeded");
        second.ErrorMessage.ShouldBe("server limit exceeded");
        second.Text.ShouldContain("""{"limits":[{"name":"server_limit"}]}""");
        (await cloud.PostAsync("/_local/limits", """{"servers":2}""")).Status.ShouldBe(204);
        await cloud.CreateServerAsync("agent-2");
    }

    private static async Task<bool> RescueAsync(TestCloud cloud, long id) =>
        (bool)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["rescue_enabled"]!;

    private static async Task<bool> LockedAsync(TestCloud cloud, long id) =>
        (bool)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["locked"]!;
}
