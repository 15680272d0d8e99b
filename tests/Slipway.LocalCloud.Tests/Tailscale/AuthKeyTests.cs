using System.Net.Http.Headers;
using System.Text;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Tailscale;

public sealed class AuthKeyTests
{
    [Fact]
    public async Task T1_client_credentials_in_body_or_header_give_a_token_of_one_hour()
    {
        await using var cloud = await TestCloud.StartAsync();

        var inBody = await cloud.PostFormAsync(
            "/api/v2/oauth/token", ("grant_type", "client_credentials"), ("client_id", "local-client"), ("client_secret", "local-secret"));
        var inHeader = await cloud.SendAsync("POST", "/api/v2/oauth/token", null, request => request.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("local-client:local-secret"))));

        inHeader.Status.ShouldBe(200);
        ((string?)inBody["token_type"]).ShouldBe("Bearer");
        ((int)inBody["expires_in"]!).ShouldBe(3600);
        cloud.TailscaleToken = (string?)inBody["access_token"];
        (await cloud.GetAsync("/api/v2/tailnet/-/keys")).Status.ShouldBe(200);
        cloud.Clock.Advance(TimeSpan.FromHours(1));
        var late = await cloud.GetAsync("/api/v2/tailnet/-/keys");
        late.Status.ShouldBe(401);
        late.Text.ShouldBe("""{"message":"API token invalid"}""");
    }

    [Fact]
    public async Task T1_wrong_credentials_are_refused_as_rfc_6749_says()
    {
        await using var cloud = await TestCloud.StartAsync();

        var wrong = await cloud.PostFormAsync("/api/v2/oauth/token", ("client_id", "local-client"), ("client_secret", "guess"));
        wrong.Status.ShouldBe(401);
        ((string?)wrong["error"]).ShouldBe("invalid_client");
        var grant = await cloud.PostFormAsync("/api/v2/oauth/token", ("grant_type", "password"));
        grant.Status.ShouldBe(400);
        ((string?)grant["error"]).ShouldBe("unsupported_grant_type");
        (await cloud.PostAsync("/api/v2/oauth/token", "{}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task T2_a_key_is_shown_once_and_found_by_its_description()
    {
        await using var cloud = await TestCloud.StartAsync();

        var created = await cloud.CreateAuthKeyAsync(""","description":"job-42" """);

        created.Status.ShouldBe(200);
        var id = (string)created["id"]!;
        ((string?)created["key"])!.ShouldStartWith($"tskey-auth-{id}-");
        ((string?)created["expires"]).ShouldBe("2026-11-21T09:15:00Z");
        var read = await cloud.GetAsync($"/api/v2/tailnet/-/keys/{id}");
        read.Json.AsObject().ContainsKey("key").ShouldBeFalse();
        ((string?)read["description"]).ShouldBe("job-42");
        var list = (await cloud.GetAsync("/api/v2/tailnet/-/keys"))["keys"].AsArray();
        ((string?)list.Single()!["id"]).ShouldBe(id);
        list.ToJsonString().ShouldNotContain("tskey-auth");
        (await cloud.DeleteAsync($"/api/v2/tailnet/-/keys/{id}")).Status.ShouldBe(200);
        (await cloud.DeleteAsync($"/api/v2/tailnet/-/keys/{id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task T2_a_used_single_use_key_is_as_unknown_as_one_that_never_was()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.CreateAuthKeyAsync();

        (await cloud.RegisterAsync((string)key["key"]!, "agent-1")).Status.ShouldBe(200);

        (await cloud.GetAsync($"/api/v2/tailnet/-/keys/{key["id"]}")).Status.ShouldBe(404);
        var again = await cloud.RegisterAsync((string)key["key"]!, "agent-2");
        again.Status.ShouldBe(401);
        ((string?)again["message"]).ShouldBe($"invalid key: API key {key["id"]} not valid");
    }

    [Fact]
    public async Task T2_an_expired_key_is_invalid_and_enrols_nobody()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.CreateAuthKeyAsync();
        cloud.Clock.Advance(TimeSpan.FromMinutes(15));

        ((bool)(await cloud.GetAsync($"/api/v2/tailnet/-/keys/{key["id"]}"))["invalid"]!).ShouldBeTrue();
        (await cloud.RegisterAsync((string)key["key"]!, "agent-1")).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true}}}}""")]
    [InlineData("""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true,"tags":["agent"]}}}}""")]
    [InlineData("""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true,"tags":["tag:a"]}}},"expirySeconds":7776001}""")]
    [InlineData("""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true,"tags":["tag:a"]}}},"description":"job/42"}""")]
    [InlineData("""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true,"tags":["tag:a"]}}},"description":"123456789012345678901234567890123456789012345678901"}""")]
    [InlineData("""{"capabilities":7}""")]
    [InlineData("{")]
    public async Task T2_a_key_that_cannot_be_is_refused_with_a_message(string body)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.LogInToTailscaleAsync();

        var answer = await cloud.PostAsync("/api/v2/tailnet/-/keys", body);

        answer.Status.ShouldBe(400);
        ((string?)answer["message"]).ShouldNotBeNullOrEmpty();
        (await cloud.GetAsync("/api/v2/tailnet/-/keys"))["keys"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_tailnet_and_no_token_are_refused()
    {
        await using var cloud = await TestCloud.StartAsync();
        (await cloud.GetAsync("/api/v2/tailnet/-/devices")).Status.ShouldBe(401);
        await cloud.LogInToTailscaleAsync();
        (await cloud.GetAsync("/api/v2/tailnet/example.com/devices")).Status.ShouldBe(404);
        (await cloud.GetAsync("/api/v2/tailnet/tail5a1b.ts.net/devices")).Status.ShouldBe(200);
    }
}
