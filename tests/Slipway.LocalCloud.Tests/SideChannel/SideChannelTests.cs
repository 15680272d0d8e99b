using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.SideChannel;

public sealed class SideChannelTests
{
    [Fact]
    public async Task Info_tells_how_to_connect_to_everything()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.HetznerToken = "another");

        var info = await cloud.GetAsync("/_local/info");

        ((string?)info["driver"]).ShouldBe("simulated");
        ((string?)info["host"]).ShouldBe("127.0.0.1");
        ((string?)info["hetzner"]["url"]).ShouldBe($"{cloud.BaseUrl}v1");
        ((string?)info["hetzner"]["token"]).ShouldBe("another");
        ((string?)info["tailscale"]["client_id"]).ShouldBe("local-client");
        ((string?)info["tailscale"]["client_secret"]).ShouldBe("local-secret");
        ((string?)info["stripe"]["webhook_secret"]).ShouldBe("whsec_local");
        ((string?)info["github"]["token"]).ShouldBe("local-github-token");
    }

    [Fact]
    public async Task Requests_are_counted_by_route_until_they_are_reset()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.GetAsync("/v1/servers");
        await cloud.GetAsync("/v1/servers/1");
        await cloud.GetAsync("/v1/servers/2");
        await cloud.GetAsync("/_local/info");

        var requests = await cloud.GetAsync("/_local/requests");

        ((int)requests["total"]!).ShouldBe(3);
        requests["routes"].ToJsonString().ShouldBe("""{"GET /v1/servers":1,"GET /v1/servers/{id}":2}""");
        (await cloud.DeleteAsync("/_local/requests")).Status.ShouldBe(204);
        ((int)(await cloud.GetAsync("/_local/requests"))["total"]!).ShouldBe(0);
    }

    [Fact]
    public async Task The_inventory_names_everything_that_exists_and_a_reset_leaves_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var server = await cloud.RunningServerAsync("agent-1");
        await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}""");
        await cloud.PostAsync("/v1/ssh_keys", $$"""{"name":"ops","public_key":"{{Hetzner.SshKeyTests.Ed25519}}"}""");
        await cloud.RegisterAsync((string)(await cloud.CreateAuthKeyAsync())["key"]!, "agent-1");
        await cloud.CreateAuthKeyAsync(""","description":"job-1" """);

        var inventory = await cloud.GetAsync("/_local/inventory");

        Names(inventory, "servers").ShouldBe(["agent-1"]);
        Names(inventory, "machines").ShouldBe([server.ToString()]);
        Names(inventory, "firewalls").ShouldBe(["agents"]);
        Names(inventory, "ssh_keys").ShouldBe(["ops"]);
        Names(inventory, "devices").ShouldBe(["agent-1.tail5a1b.ts.net"]);
        Names(inventory, "auth_keys").ShouldBe(["job-1"]);

        (await cloud.PostAsync("/_local/reset")).Status.ShouldBe(204);
        foreach (var (kind, things) in (await cloud.GetAsync("/_local/inventory")).Json.AsObject())
        {
            ((int)things!["count"]!).ShouldBe(0, kind);
        }
    }

    [Fact]
    public async Task A_console_tells_what_the_machine_printed()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        await cloud.UntilAsync(async () =>
            (await cloud.GetAsync($"/_local/machines/{id}/console")).Text.Contains("agent-1 login:", StringComparison.Ordinal));

        (await cloud.GetAsync("/_local/machines/17/console")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("/_local/capacity", """{"state":"maybe"}""")]
    [InlineData("/_local/capacity", """{"server_type":"cx1","state":"sold_out"}""")]
    [InlineData("/_local/capacity", """{"location":"mars","state":"sold_out"}""")]
    [InlineData("/_local/capacity", "{")]
    [InlineData("/_local/rate-limit", "{}")]
    [InlineData("/_local/stripe/webhook-endpoint", """{"url":"nonsense"}""")]
    public async Task A_mistake_is_told_as_a_problem(string path, string body)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync(path, body);

        answer.Status.ShouldBe(400);
        ((string?)answer["title"]).ShouldNotBeNullOrEmpty();
    }

    private static IEnumerable<string?> Names(Answer inventory, string kind) =>
        inventory[kind]["names"]!.AsArray().Select(n => (string?)n);
}
