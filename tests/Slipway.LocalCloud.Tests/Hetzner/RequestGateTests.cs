using System.Globalization;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class RequestGateTests
{
    [Fact]
    public async Task An_unknown_route_is_told_before_the_token_is_looked_at()
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Token = "";

        var answer = await cloud.GetAsync("/v1/nothing");

        answer.Status.ShouldBe(404);
        answer.Headers["Content-Type"].ShouldBe("application/json; charset=UTF-8");
        answer.Text.ReplaceLineEndings("\n").ShouldBe(
            "{\n  \"error\": {\n    \"message\": \"api route not found\",\n    \"code\": \"not_found\",\n    \"details\": null\n  }\n}");
    }

    [Theory]
    [InlineData("", "token is required")]
    [InlineData("wrong", "the token you have provided is invalid")]
    public async Task A_missing_and_a_wrong_token_are_told_apart(string token, string message)
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Token = token;

        var answer = await cloud.GetAsync("/v1/servers");

        answer.Status.ShouldBe(401);
        answer.Text.ShouldBe($$$"""{"error":{"code":"unauthorized","details":null,"message":"{{{message}}}"}}""");
    }

    [Fact]
    public async Task A_wrong_method_is_noticed_only_after_the_token()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.SendAsync("PATCH", "/v1/servers")).Status.ShouldBe(405);
        cloud.Token = "";
        (await cloud.SendAsync("PATCH", "/v1/servers")).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("/v1/servers", "local-hetzner-token")]
    [InlineData("/v1/servers", "wrong")]
    [InlineData("/v1/nothing", "")]
    public async Task Every_answer_carries_a_correlation_id_and_the_rate_limit(string path, string token)
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 3600);
        cloud.Token = token;

        var headers = (await cloud.GetAsync(path)).Headers;

        headers["X-Correlation-Id"].ShouldMatch("^[0-9a-f]{16}$");
        headers["RateLimit-Limit"].ShouldBe("3600");
        headers.Keys.ShouldContain("RateLimit-Remaining");
        headers.Keys.ShouldContain("RateLimit-Reset");
    }

    [Fact]
    public async Task H6_reset_is_when_the_bucket_is_full_again_and_it_refills_continuously()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 3600);
        await cloud.GetAsync("/v1/servers");
        var second = await cloud.GetAsync("/v1/servers");

        second.Headers["RateLimit-Remaining"].ShouldBe("3598");
        var reset = long.Parse(second.Headers["RateLimit-Reset"], CultureInfo.InvariantCulture);
        (reset - cloud.Clock.GetUtcNow().ToUnixTimeSeconds()).ShouldBe(2);

        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        // One came back, this one takes it.
        (await cloud.GetAsync("/v1/servers")).Headers["RateLimit-Remaining"].ShouldBe("3598");
    }

    [Fact]
    public async Task H6_an_empty_bucket_answers_429_in_the_live_words_and_one_second_later_there_is_one_request_again()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 3600);
        await cloud.PostAsync("/_local/rate-limit", """{"remaining":1}""");

        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
        var refused = await cloud.GetAsync("/v1/servers");
        refused.Status.ShouldBe(429);
        refused.ErrorCode.ShouldBe("rate_limit_exceeded");
        refused.ErrorMessage.ShouldBe("Limit of '3600' requests per hour for token 'local-hetzner-token...' reached.");
        refused.Headers["RateLimit-Remaining"].ShouldBe("0");

        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(429);
    }

    [Fact]
    public async Task Refusals_for_an_empty_bucket_are_counted_until_the_counts_are_reset()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 3600);
        await cloud.PostAsync("/_local/rate-limit", """{"remaining":1}""");
        await cloud.GetAsync("/v1/servers");
        await cloud.GetAsync("/v1/servers");
        await cloud.DeleteAsync("/v1/servers/1");

        var counted = await cloud.GetAsync("/_local/requests");
        ((int)counted["total"]!, (int)counted["rate_limited"]!).ShouldBe((3, 2));
        await cloud.DeleteAsync("/_local/requests");
        ((int)(await cloud.GetAsync("/_local/requests"))["rate_limited"]!).ShouldBe(0);
    }

    [Fact]
    public async Task The_rate_limit_is_an_option()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 2);
        await cloud.GetAsync("/v1/servers");
        await cloud.GetAsync("/v1/servers");

        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(429);
        cloud.Clock.Advance(TimeSpan.FromSeconds(1800));
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("", 400, "json_error")]
    [InlineData("{", 400, "json_error")]
    [InlineData("[]", 400, "json_error")]
    [InlineData("null", 400, "json_error")]
    [InlineData("""{"name":5}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","labels":[]}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","labels":{"a":null}}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","server_type":{}}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","ssh_keys":"x"}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","firewalls":[{"firewall":"x"}]}""", 422, "invalid_input")]
    [InlineData("""{"name":"a","server_type":99999999999999999999}""", 422, "invalid_input")]
    [InlineData("{}", 422, "invalid_input")]
    public async Task A_malformed_body_is_the_senders_mistake(string body, int status, string code)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", body);

        answer.Status.ShouldBe(status, answer.Text);
        answer.ErrorCode.ShouldBe(code);
    }

    [Theory]
    [InlineData("PUT", "/v1/servers/1")]
    [InlineData("POST", "/v1/ssh_keys")]
    [InlineData("POST", "/v1/firewalls")]
    [InlineData("POST", "/v1/servers/1/actions/rebuild")]
    [InlineData("POST", "/v1/servers/1/actions/change_type")]
    [InlineData("POST", "/v1/firewalls/1/actions/set_rules")]
    public async Task No_route_turns_a_broken_body_into_a_server_error(string method, string path)
    {
        await using var cloud = await TestCloud.StartAsync();
        foreach (var body in new[] { "", "{", "[]", "7" })
        {
            (await cloud.SendAsync(method, path, body)).Status.ShouldBe(400, $"{method} {path} with '{body}'");
        }
    }
}
