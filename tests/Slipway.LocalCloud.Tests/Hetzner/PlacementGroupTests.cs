using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class PlacementGroupTests
{
    [Fact]
    public async Task A_group_is_made_without_an_action_and_its_name_is_unique()
    {
        await using var cloud = await TestCloud.StartAsync();

        var made = await cloud.PostAsync("/v1/placement_groups", """{"name":"apart","type":"spread","labels":{"a":"b"}}""");

        made.Status.ShouldBe(201);
        made.Json.AsObject().ContainsKey("action").ShouldBeTrue();
        made.Json["action"].ShouldBeNull();
        (await cloud.PostAsync("/v1/placement_groups", """{"name":"apart","type":"spread"}""")).ErrorCode.ShouldBe("uniqueness_error");
        (await cloud.PostAsync("/v1/placement_groups", """{"name":"x","type":"close"}""")).Field.ShouldBe("type");
        (await cloud.GetAsync("/v1/placement_groups?label_selector=a=b&type=spread&name=apart"))["placement_groups"].AsArray().Count.ShouldBe(1);
        var id = made["placement_group"]["id"];
        ((string?)(await cloud.SendAsync("PUT", $"/v1/placement_groups/{id}", """{"name":"wide"}"""))["placement_group"]["name"]).ShouldBe("wide");
        (await cloud.DeleteAsync($"/v1/placement_groups/{id}")).Status.ShouldBe(204);
        (await cloud.GetAsync($"/v1/placement_groups/{id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_spread_group_has_room_for_ten_servers()
    {
        await using var cloud = await TestCloud.StartAsync();
        var group = await CreateAsync(cloud);
        for (var i = 0; i < 10; i++)
        {
            await cloud.CreateServerAsync($"agent-{i}", $$""","placement_group":{{group}}""");
        }

        var eleventh = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-10", $$""","placement_group":{{group}}"""));

        eleventh.Status.ShouldBe(422);
        eleventh.ErrorCode.ShouldBe("placement_error");
        (await cloud.GetAsync($"/v1/placement_groups/{group}"))["placement_group"]["servers"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Only_a_stopped_server_joins_and_only_one_group()
    {
        await using var cloud = await TestCloud.StartAsync();
        var group = await CreateAsync(cloud);
        var id = await cloud.RunningServerAsync("agent-1");
        var join = $$"""{"placement_group":{{group}}}""";

        (await cloud.PostAsync($"/v1/servers/{id}/actions/add_to_placement_group", join)).ErrorCode.ShouldBe("server_not_stopped");
        await cloud.ActAsync(id, "poweroff");
        ((string?)(await cloud.ActAsync(id, "add_to_placement_group", join))["command"]).ShouldBe("add_to_placement_group");
        (await cloud.PostAsync($"/v1/servers/{id}/actions/add_to_placement_group", join)).ErrorCode.ShouldBe("already_in_placement_group");
        ((long)(await cloud.GetAsync($"/v1/servers/{id}"))["server"]["placement_group"]!["id"]!).ShouldBe(group);

        await cloud.ActAsync(id, "remove_from_placement_group");
        (await cloud.GetAsync($"/v1/servers/{id}"))["server"].AsObject()["placement_group"].ShouldBeNull();
        await cloud.ActAsync(id, "add_to_placement_group", join);
        await cloud.DeleteAsync($"/v1/servers/{id}");
        (await cloud.GetAsync($"/v1/placement_groups/{group}"))["placement_group"]["servers"]!.AsArray().ShouldBeEmpty();
    }

    private static async Task<long> CreateAsync(TestCloud cloud) =>
        (long)(await cloud.PostAsync("/v1/placement_groups", """{"name":"apart","type":"spread"}"""))["placement_group"]["id"]!;
}
