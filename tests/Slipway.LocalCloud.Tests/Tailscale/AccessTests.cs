using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Tailscale;

/// <summary>What a token may do, and what a device can be told.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task T1_a_token_of_fewer_scopes_may_do_no_more_than_they_say()
    {
        await using var cloud = await TestCloud.StartAsync();
        await LogInAsync(cloud, ("scope", "devices:core:read auth_keys"));

        (await cloud.GetAsync("/api/v2/tailnet/-/devices")).Status.ShouldBe(200);
        (await cloud.CreateAuthKeyAsync()).Status.ShouldBe(200);
        var refused = await cloud.DeleteAsync("/api/v2/device/n1");
        refused.Status.ShouldBe(403);
        ((string?)refused["message"])!.ShouldContain("not have enough permissions");
    }

    [Theory]
    [InlineData("scope", "dns", "invalid_scope")]
    [InlineData("tags", "tag:other", "invalid_target")]
    public async Task T1_a_token_cannot_have_more_than_its_client(string field, string value, string error)
    {
        await using var cloud = await TestCloud.StartAsync(o => o.TailscaleClientTags = "tag:agent,tag:ci");

        var refused = await cloud.PostFormAsync("/api/v2/oauth/token", ("client_id", "local-client"), ("client_secret", "local-secret"), (field, value));

        refused.Status.ShouldBe(400);
        ((string?)refused["error"]).ShouldBe(error);
        ((string?)refused["error_description"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task T2_a_key_gets_only_tags_of_its_token()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.TailscaleClientTags = "tag:agent,tag:ci");
        await LogInAsync(cloud, ("tags", "tag:ci"));

        var refused = await cloud.CreateAuthKeyAsync();

        refused.Status.ShouldBe(400);
        ((string?)refused["message"]).ShouldBe("requested tags [tag:agent] are invalid or not permitted");
        await LogInAsync(cloud);
        (await cloud.CreateAuthKeyAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task T2_a_used_key_can_also_stay_as_an_invalid_one()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.TailscaleUsedKeys = "invalid");
        var key = await cloud.CreateAuthKeyAsync();
        await cloud.RegisterAsync((string)key["key"]!, "agent-1");

        var used = await cloud.GetAsync($"/api/v2/tailnet/-/keys/{key["id"]}");

        ((bool)used["invalid"]!).ShouldBeTrue();
        ((string?)used["revoked"]).ShouldBe("2026-11-21T09:00:00Z");
        (await cloud.RegisterAsync((string)key["key"]!, "agent-2")).Status.ShouldBe(401);
        (await cloud.GetAsync("/api/v2/tailnet/-/keys?all=true"))["keys"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task T4_a_device_is_told_its_tags_its_name_its_routes_and_its_key_expiry()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.RegisterAsync((string)(await cloud.CreateAuthKeyAsync())["key"]!, "agent");
        var stale = (await cloud.GetAsync("/api/v2/tailnet/-/devices"))["devices"][0]!["nodeId"];
        var node = (await cloud.RegisterAsync((string)(await cloud.CreateAuthKeyAsync())["key"]!, "agent"))["node_id"];
        var device = $"/api/v2/device/{node}";
        ((string?)(await cloud.GetAsync(device))["name"]).ShouldBe("agent-1.tail5a1b.ts.net");

        await cloud.DeleteAsync($"/api/v2/device/{stale}");
        (await cloud.PostAsync($"{device}/name", """{"name":"agent"}""")).Status.ShouldBe(200);
        (await cloud.PostAsync($"{device}/tags", """{"tags":["tag:other"]}""")).Status.ShouldBe(200);
        (await cloud.PostAsync($"{device}/tags", """{"tags":["other"]}""")).Status.ShouldBe(400);
        (await cloud.PostAsync($"{device}/authorized", """{"authorized":false}""")).Status.ShouldBe(200);
        (await cloud.PostAsync($"{device}/key", """{"keyExpiryDisabled":false}""")).Status.ShouldBe(200);
        (await cloud.PostAsync($"{device}/routes", """{"routes":["10.1.0.0/16"]}"""))["enabledRoutes"].ToJsonString().ShouldBe("""["10.1.0.0/16"]""");
        (await cloud.PostAsync($"{device}/routes", """{"routes":["nonsense"]}""")).Status.ShouldBe(400);

        var told = await cloud.GetAsync($"{device}?fields=all");
        ((string?)told["name"]).ShouldBe("agent.tail5a1b.ts.net", "the clean name is free again");
        ((string?)told["hostname"]).ShouldBe("agent");
        told["tags"].ToJsonString().ShouldBe("""["tag:other"]""");
        ((bool)told["authorized"]!).ShouldBeFalse();
        ((bool)told["keyExpiryDisabled"]!).ShouldBeFalse();
        ((string?)told["expires"]).ShouldNotBe("0001-01-01T00:00:00Z");
        told["enabledRoutes"].ToJsonString().ShouldBe("""["10.1.0.0/16"]""");
        (await cloud.GetAsync(device)).Json.AsObject().ContainsKey("enabledRoutes").ShouldBeFalse("only with fields=all");
        (await cloud.PostAsync($"{device}/expire")).Status.ShouldBe(200);
        ((bool)(await cloud.GetAsync(device))["connectedToControl"]!).ShouldBeFalse();
        (await cloud.PostAsync("/api/v2/device/n404/expire")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task T4_a_devices_attribute_lasts_until_its_expiry_on_the_clock()
    {
        await using var cloud = await TestCloud.StartAsync();
        var node = (await cloud.RegisterAsync((string)(await cloud.CreateAuthKeyAsync())["key"]!, "agent"))["node_id"];
        var attributes = $"/api/v2/device/{node}/attributes";

        await cloud.PostAsync($"{attributes}/custom:customer", """{"value":"c-7","comment":"who pays"}""");
        await cloud.PostAsync($"{attributes}/custom:trial", """{"value":true,"expiry":"2026-11-21T09:30:00Z"}""");
        (await cloud.PostAsync($"{attributes}/node:os", """{"value":"linux"}""")).Status.ShouldBe(400);

        (await cloud.GetAsync(attributes)).Text.ShouldBe("""{"attributes":{"custom:customer":"c-7","custom:trial":true},"expiries":{"custom:trial":"2026-11-21T09:30:00Z"}}""");
        cloud.Clock.Advance(TimeSpan.FromMinutes(30));
        (await cloud.GetAsync(attributes))["attributes"].ToJsonString().ShouldBe("""{"custom:customer":"c-7"}""");
        (await cloud.DeleteAsync($"{attributes}/custom:customer")).Status.ShouldBe(200);
        (await cloud.GetAsync(attributes))["attributes"].ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public async Task T3_a_shared_device_has_no_creation_time_and_no_tags_and_is_not_ours_to_delete()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.LogInToTailscaleAsync();
        var node = (await cloud.PostAsync("/_local/tailscale/share", """{"hostname":"laptop"}"""))["node_id"];

        var device = (await cloud.GetAsync("/api/v2/tailnet/-/devices?isExternal=true"))["devices"].AsArray().Single()!;

        ((string?)device["created"]).ShouldBe("");
        device.AsObject().ContainsKey("tags").ShouldBeFalse();
        var refused = await cloud.DeleteAsync($"/api/v2/device/{node}");
        refused.Status.ShouldBe(501);
        ((string?)refused["message"]).ShouldBe("cannot delete devices outside of your tailnet");
        (await cloud.GetAsync("/api/v2/tailnet/-/devices?colour=red")).Status.ShouldBe(400);
    }

    private static async Task LogInAsync(TestCloud cloud, params (string, string)[] more) => cloud.TailscaleToken = (string?)(await cloud.PostFormAsync(
        "/api/v2/oauth/token", [("client_id", "local-client"), ("client_secret", "local-secret"), .. more]))["access_token"];
}
