using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ImageTests
{
    [Fact]
    public async Task H4_a_snapshot_is_creating_then_available_and_the_server_is_locked_meanwhile()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        var answer = await cloud.PostAsync($"/v1/servers/{id}/actions/create_image", """{"description":"golden","labels":{"a":"b"}}""");

        answer.Status.ShouldBe(201, answer.Text);
        var image = answer["image"];
        ((string?)image["status"]).ShouldBe("creating");
        ((string?)image["type"]).ShouldBe("snapshot");
        image["name"].ShouldBeNull();
        image["image_size"].ShouldBeNull();
        ((long)image["created_from"]!["id"]!).ShouldBe(id);
        answer["action"]["resources"]!.AsArray().Select(r => (string?)r!["type"]).ShouldBe(["server", "image"]);
        (await cloud.PostAsync($"/v1/servers/{id}/actions/poweroff")).ErrorCode.ShouldBe("locked");
        (await cloud.DeleteAsync($"/v1/images/{image["id"]}")).ErrorCode.ShouldBe("locked");

        await cloud.UntilFinishedAsync((long)answer["action"]["id"]!);
        var made = (await cloud.GetAsync($"/v1/images/{image["id"]}"))["image"];
        ((string?)made["status"]).ShouldBe("available");
        ((double)made["image_size"]!).ShouldBeGreaterThan(0);
        (await cloud.GetAsync($"/v1/images/{image["id"]}/actions"))["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["create_image"]);
        (await cloud.GetAsync("/v1/images?type=snapshot&label_selector=a=b"))["images"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_made_from_a_snapshot_has_what_was_on_it_and_a_host_key_of_its_own()
    {
        await using var cloud = await TestCloud.StartAsync();
        var first = await cloud.RunningServerAsync("agent-1");
        await cloud.UntilAsync(async () => (await cloud.ExecAsync(first, "place-files")).Status == 200);
        (await cloud.ExecAsync(first, "start-unit")).Status.ShouldBe(200);
        var image = await SnapshotAsync(cloud, first);

        var answer = await cloud.PostAsync(
            "/v1/servers", $$"""{"name":"agent-2","server_type":"cx23","location":"fsn1","image":{{image}}}""");

        answer.Status.ShouldBe(201, answer.Text);
        var second = (long)answer["server"]["id"]!;
        ((long)answer["server"]["image"]!["id"]!).ShouldBe(image);
        await cloud.UntilAsync(async () => (await cloud.ExecAsync(second, "check-unit")).Status == 200);
        ((int)(await cloud.ExecAsync(second, "check-unit"))["exit_code"]).ShouldBe(0);
        await cloud.UntilAsync(async () => ((string)(await cloud.ExecAsync(second, "boot-report"))["stdout"]!).Contains("host_key="));
        ((string?)(await cloud.ExecAsync(second, "boot-report"))["stdout"])
            .ShouldNotBe((string?)(await cloud.ExecAsync(first, "boot-report"))["stdout"]);
    }

    [Fact]
    public async Task A_failed_copy_leaves_no_image()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        await cloud.PostAsync("/_local/faults", """{"action":"create_image","kind":"fail_action","text":"storage is full"}""");

        var answer = await cloud.PostAsync($"/v1/servers/{id}/actions/create_image");
        var action = await cloud.UntilFinishedAsync((long)answer["action"]["id"]!);

        ((string?)action["status"]).ShouldBe("error");
        (await cloud.GetAsync($"/v1/images/{answer["image"]["id"]}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_protected_snapshot_is_not_deleted_and_a_deleted_one_is_still_told_by_its_servers()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        var image = await SnapshotAsync(cloud, id);
        await cloud.PostAsync($"/v1/images/{image}/actions/change_protection", """{"delete":true}""");

        var refused = await cloud.DeleteAsync($"/v1/images/{image}");
        refused.Status.ShouldBe(423);
        refused.ErrorCode.ShouldBe("protected");
        refused.ErrorMessage.ShouldBe("snapshot deletion is protected");

        await cloud.PostAsync($"/v1/images/{image}/actions/change_protection", """{"delete":false}""");
        await cloud.ActAsync(id, "rebuild", $$"""{"image":"{{image}}"}""");
        (await cloud.DeleteAsync($"/v1/images/{image}")).Status.ShouldBe(204);
        (await cloud.GetAsync($"/v1/images/{image}")).Status.ShouldBe(404);
        (await cloud.GetAsync($"/v1/servers/{id}"))["server"]["image"]!["deleted"].ShouldNotBeNull();
        (await cloud.PostAsync("/v1/servers", $$"""{"name":"b","server_type":"cx23","location":"fsn1","image":{{image}}}""")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Backups_need_a_window_keep_seven_and_go_with_their_server_unless_made_snapshots()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");
        const string Backup = """{"type":"backup"}""";
        (await cloud.PostAsync($"/v1/servers/{id}/actions/create_image", Backup)).ErrorCode.ShouldBe("unsupported_error");
        await cloud.ActAsync(id, "enable_backup");
        ((string?)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["backup_window"]).ShouldNotBeNull().ShouldMatch(@"^\d\d-\d\d$");

        for (var i = 0; i < 8; i++)
        {
            await cloud.ActAsync(id, "create_image", Backup);
        }

        var kept = (await cloud.GetAsync($"/v1/images?bound_to={id}&sort=id"))["images"].AsArray();
        kept.Count.ShouldBe(7);
        await cloud.SendAsync("PUT", $"/v1/images/{kept[0]!["id"]}", """{"type":"snapshot","description":"kept"}""");
        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);
        (await cloud.GetAsync("/v1/images?type=backup&type=snapshot"))["images"].AsArray()
            .Select(i => $"{i!["type"]} {i["description"]} {i["bound_to"]}").ShouldBe(["snapshot kept "]);
    }

    [Fact]
    public async Task A_snapshot_of_a_bigger_disk_fits_no_smaller_server()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1", """,  "start_after_create":true""");
        await cloud.ActAsync(id, "poweroff");
        await cloud.ActAsync(id, "change_type", """{"server_type":"cx33","upgrade_disk":true}""");
        var image = await SnapshotAsync(cloud, id);

        var answer = await cloud.PostAsync("/v1/servers", $$"""{"name":"b","server_type":"cx23","location":"fsn1","image":{{image}}}""");

        answer.ErrorCode.ShouldBe("invalid_input");
        answer.ErrorMessage.ShouldBe("image disk is bigger than server type disk");
    }

    [Fact]
    public async Task Deprecated_images_are_listed_only_on_request_and_hetzners_own_cannot_be_deleted()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.GetAsync("/v1/images?name=debian-11"))["images"].AsArray().ShouldBeEmpty();
        var old = (await cloud.GetAsync("/v1/images?name=debian-11&include_deprecated=true"))["images"].AsArray();

        old.Count.ShouldBe(2);
        (await cloud.DeleteAsync($"/v1/images/{old[0]!["id"]}")).Status.ShouldBe(422);
    }

    private static async Task<long> SnapshotAsync(TestCloud cloud, long server)
    {
        var answer = await cloud.PostAsync($"/v1/servers/{server}/actions/create_image");
        answer.Status.ShouldBe(201, answer.Text);
        ((string?)(await cloud.UntilFinishedAsync((long)answer["action"]["id"]!))["status"]).ShouldBe("success");
        return (long)answer["image"]["id"]!;
    }
}
