using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.SideChannel;

public sealed class FaultTests
{
    [Fact]
    public async Task A_lost_answer_is_lost_after_the_server_was_made()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/faults", """{"route":"POST /v1/servers","kind":"lost_answer"}""");

        await Should.ThrowAsync<HttpRequestException>(() => cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1")));

        (await cloud.GetAsync("/v1/servers?name=agent-1"))["servers"].AsArray().Count.ShouldBe(1);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"))).Status.ShouldBe(201, "a fault happens once unless told otherwise");
    }

    [Fact]
    public async Task A_lost_request_makes_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/faults", """{"route":"POST /v1/servers","kind":"lost_request"}""");

        await Should.ThrowAsync<HttpRequestException>(() => cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1")));

        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_arranged_answer_comes_as_often_as_asked()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync(
            "/_local/faults", """{"route":"GET /v1/servers/{id}","kind":"answer","status":502,"text":"<html>Bad Gateway</html>","times":2}""");

        (await cloud.GetAsync("/v1/servers/1")).Status.ShouldBe(502);
        (await cloud.GetAsync("/v1/servers/2")).Text.ShouldBe("<html>Bad Gateway</html>");
        (await cloud.GetAsync("/v1/servers/1")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_create_can_fail_after_its_201_and_leaves_the_server_off()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/faults", """{"action":"create_server","kind":"action_fails","text":"Unknown Error (unknown_error)"}""");

        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        var action = await cloud.UntilFinishedAsync((long)created["action"]["id"]!);
        ((string?)action["status"]).ShouldBe("error");
        ((string?)action["error"]!["message"]).ShouldBe("Unknown Error (unknown_error)");
        await cloud.UntilFinishedAsync((long)created["next_actions"][0]!["id"]!);
        var server = (await cloud.GetAsync($"/v1/servers/{created["server"]["id"]}"))["server"];
        ((string?)server["status"]).ShouldBe("off");
        ((bool)server["locked"]!).ShouldBeFalse();
        (await cloud.DeleteAsync($"/v1/servers/{server["id"]}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Faults_are_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/faults", """{"route":"GET /v1/servers","kind":"answer","status":500,"times":99}""");

        await cloud.DeleteAsync("/_local/faults");

        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
        (await cloud.PostAsync("/_local/faults", """{"kind":"earthquake"}""")).Status.ShouldBe(400);
    }
}
