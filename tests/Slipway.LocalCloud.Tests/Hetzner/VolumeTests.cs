using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class VolumeTests
{
    [Fact]
    public async Task A_volume_made_for_a_server_is_attached_to_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var server = await cloud.RunningServerAsync("agent-1");

        var made = await cloud.PostAsync("/v1/volumes", $$"""{"name":"data","size":10,"server":{{server}},"format":"ext4","automount":true}""");

        made.Status.ShouldBe(201, made.Text);
        ((string?)made["action"]["command"]).ShouldBe("create_volume");
        ((string?)made["next_actions"][0]!["command"]).ShouldBe("attach_volume");
        var id = (long)made["volume"]["id"]!;
        await cloud.UntilFinishedAsync((long)made["next_actions"][0]!["id"]!);
        var volume = (await cloud.GetAsync($"/v1/volumes/{id}"))["volume"];
        ((string?)volume["status"]).ShouldBe("available");
        ((long)volume["server"]!).ShouldBe(server);
        ((string?)volume["linux_device"]).ShouldBe($"/dev/disk/by-id/scsi-0HC_Volume_{id}");
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["volumes"]!.ToJsonString().ShouldBe($"[{id}]");
        (await cloud.DeleteAsync($"/v1/volumes/{id}")).ErrorCode.ShouldBe("resource_in_use");
        var other = await cloud.RunningServerAsync("agent-2");
        (await cloud.PostAsync($"/v1/volumes/{id}/actions/attach", $$"""{"server":{{other}}}""")).ErrorCode.ShouldBe("volume_already_attached");

        var detach = await cloud.PostAsync($"/v1/volumes/{id}/actions/detach");
        await cloud.UntilFinishedAsync((long)detach["action"]["id"]!);
        (await cloud.PostAsync($"/v1/volumes/{id}/actions/attach", $$"""{"server":{{other}}}""")).Status.ShouldBe(201);
        await cloud.UntilAsync(async () => !(bool)(await cloud.GetAsync($"/v1/servers/{other}"))["server"]["locked"]!);
        await cloud.DeleteAsync($"/v1/servers/{other}");
        (await cloud.GetAsync($"/v1/volumes/{id}"))["volume"]["server"].ShouldBeNull();
        (await cloud.DeleteAsync($"/v1/volumes/{id}")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_server_is_ordered_with_its_volumes_of_its_own_location_only()
    {
        await using var cloud = await TestCloud.StartAsync();
        var here = await CreateAsync(cloud, "here", "fsn1");
        var there = await CreateAsync(cloud, "there", "hel1");

        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1", $$""","volumes":[{{there}}]"""))).ErrorCode.ShouldBe("invalid_input");
        var server = await cloud.RunningServerAsync("agent-1", $$""","volumes":[{{here}}]""");

        ((long)(await cloud.GetAsync($"/v1/volumes/{here}"))["volume"]["server"]!).ShouldBe(server);
        (await cloud.PostAsync($"/v1/volumes/{there}/actions/attach", $$"""{"server":{{server}}}""")).ErrorCode.ShouldBe("invalid_input");
    }

    [Fact]
    public async Task A_volume_only_grows()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await CreateAsync(cloud, "data", "fsn1");

        (await cloud.PostAsync($"/v1/volumes/{id}/actions/resize", """{"size":20}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"/v1/volumes/{id}/actions/resize", """{"size":15}""")).Field.ShouldBe("size");

        ((int)(await cloud.GetAsync($"/v1/volumes/{id}"))["volume"]["size"]!).ShouldBe(20);
        (await cloud.GetAsync("/v1/volumes/actions"))["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["create_volume", "resize_volume"]);
    }

    [Theory]
    [InlineData("""{"name":"a","size":9,"location":"fsn1"}""", "size")]
    [InlineData("""{"name":"a","size":10241,"location":"fsn1"}""", "size")]
    [InlineData("""{"name":"-a","size":10,"location":"fsn1"}""", "name")]
    [InlineData("""{"name":"a","size":10,"location":"fsn1","format":"ntfs"}""", "format")]
    public async Task An_order_that_means_nothing_is_refused(string body, string field)
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostAsync("/v1/volumes", body)).Field.ShouldBe(field);
        (await cloud.GetAsync("/v1/volumes"))["volumes"].AsArray().ShouldBeEmpty();
    }

    private static async Task<long> CreateAsync(TestCloud cloud, string name, string location)
    {
        var made = await cloud.PostAsync("/v1/volumes", $$"""{"name":"{{name}}","size":10,"location":"{{location}}"}""");
        made.Status.ShouldBe(201, made.Text);
        made["next_actions"].AsArray().ShouldBeEmpty();
        await cloud.UntilFinishedAsync((long)made["action"]["id"]!);
        return (long)made["volume"]["id"]!;
    }
}
