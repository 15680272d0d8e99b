using System.Text.Json;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.FaultInjection;

/// <summary>What a client sees of each fault of a (simulated) machine.</summary>
public sealed class MachineFaultTests
{
    [Fact]
    public async Task never_boots_is_a_running_server_whose_machine_never_answers()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("never_boots", ("server", "agent-*"));

        var id = await OrderAsync(cloud, home);
        cloud.Clock.Advance(TimeSpan.FromHours(1));

        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("running");
        (await cloud.ExecAsync(id, "check-unit")).Status.ShouldBe(409);
        home.All.ShouldBeEmpty();
        await cloud.ActAsync(id, "reset");
        await cloud.UntilAsync(() => Task.FromResult(home.All.Count == 1), "the boot after a reset: the fault is spent");
    }

    [Fact]
    public async Task boots_slowly_is_a_machine_that_answers_so_much_later()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.BootTime = TimeSpan.Zero);
        await cloud.FaultAsync("boots_slowly", ("seconds", "30"));
        var id = await OrderAsync(cloud, home);
        var started = cloud.Clock.GetUtcNow();

        await cloud.UntilAsync(async () => (await cloud.ExecAsync(id, "check-unit")).Status == 200, "the machine");

        (cloud.Clock.GetUtcNow() - started).ShouldBeInRange(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(32));
    }

    [Fact]
    public async Task cloud_init_fails_is_a_machine_that_is_up_and_never_heard_of()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("cloud_init_fails");

        var id = await OrderAsync(cloud, home);
        await cloud.UntilAsync(
            async () => (await cloud.GetAsync($"/_local/machines/{id}/console")).Text.Contains("Failed loading yaml", StringComparison.Ordinal), "the failure");

        (await cloud.ExecAsync(id, "check-unit")).Status.ShouldBe(200);
        home.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task phone_home_lost_is_a_booted_machine_nobody_heard_of()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("phone_home_lost");

        var id = await OrderAsync(cloud, home);
        await cloud.UntilAsync(async () => (await cloud.GetAsync($"/_local/machines/{id}/console")).Text.Contains(": lost", StringComparison.Ordinal), "the loss");

        home.All.ShouldBeEmpty();
        (await cloud.ExecAsync(id, "boot-report")).Text.ShouldContain("status=ok");
    }

    [Fact]
    public async Task phone_home_doubled_is_the_same_form_twice()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("phone_home_doubled");

        await OrderAsync(cloud, home);
        await cloud.UntilAsync(() => Task.FromResult(home.All.Count == 2), "both");

        home.All[1].Text.ShouldBe(home.All[0].Text);
    }

    [Fact]
    public async Task ssh_refuses_is_a_refused_connection_until_it_is_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await UpAsync(cloud);
        var fault = await cloud.FaultAsync("ssh_refuses", ("server", id.ToString()));

        var refused = await cloud.ExecAsync(id, "check-unit");

        refused.Status.ShouldBe(409);
        ((string?)refused["title"]).ShouldBe("connection refused");
        (await cloud.ExecAsync(id, "check-unit")).Status.ShouldBe(409);
        await cloud.DeleteAsync($"/_local/faults/{fault}");
        (await cloud.ExecAsync(id, "check-unit")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task ssh_hangs_is_a_connection_without_an_answer()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await UpAsync(cloud);
        var fault = await cloud.FaultAsync("ssh_hangs");

        var asked = cloud.ExecAsync(id, "check-unit");
        await cloud.UntilAsync(async () => (int)(await cloud.GetAsync("/_local/faults"))["faults"][0]!["hits"]! == 1, "the hang");
        asked.IsCompleted.ShouldBeFalse();
        await cloud.DeleteAsync($"/_local/faults/{fault}");

        await Should.ThrowAsync<HttpRequestException>(() => asked);
    }

    [Fact]
    public async Task ssh_drops_is_a_connection_that_dies_with_the_work_done()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await UpAsync(cloud);
        await cloud.ExecAsync(id, "place-files");
        await cloud.FaultAsync("ssh_drops");

        await Should.ThrowAsync<HttpRequestException>(() => cloud.ExecAsync(id, "start-unit"));

        (await cloud.ExecAsync(id, "check-unit")).Text.ShouldContain("active");
    }

    [Fact]
    public async Task ssh_changes_host_key_is_another_key_than_the_one_reported()
    {
        await using var home = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        var id = await OrderAsync(cloud, home);
        await cloud.UntilAsync(() => Task.FromResult(home.All.Count == 1), "phone-home");
        var pinned = home.All[0].Form["pub_key_ed25519"].Split(' ')[1];
        (await HostKeyAsync()).ShouldContain(pinned);
        await cloud.FaultAsync("ssh_changes_host_key");

        var changed = await HostKeyAsync();
        changed.ShouldNotContain(pinned);
        (await HostKeyAsync()).ShouldBe(changed, "it changed once");

        async Task<string> HostKeyAsync() => (string)(await cloud.ExecAsync(id, "boot-report"))["stdout"]!;
    }

    private static async Task<long> UpAsync(TestCloud cloud)
    {
        var id = await cloud.RunningServerAsync("agent-1");
        await cloud.UntilAsync(async () => (await cloud.ExecAsync(id, "check-unit")).Status == 200, "the machine");
        return id;
    }

    private static Task<long> OrderAsync(TestCloud cloud, Receiver home)
    {
        var userData = $$"""
            #cloud-config
            phone_home: {url: "{{home.Url}}home/t", post: [pub_key_ed25519, instance_id], tries: 10}
            """;
        return cloud.RunningServerAsync("agent-1", $",\"user_data\":{JsonSerializer.Serialize(userData)}");
    }
}
