using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.FaultInjection;

/// <summary>What a client sees of each fault on the wire.</summary>
public sealed class WireFaultTests
{
    [Fact]
    public async Task lost_answer_is_a_dead_connection_after_the_server_was_made()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("lost_answer", ("route", "POST /v1/servers"));

        await Should.ThrowAsync<HttpRequestException>(() => cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1")));

        (await cloud.GetAsync("/v1/servers?name=agent-1"))["servers"].AsArray().Count.ShouldBe(1);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"))).Status.ShouldBe(201, "a fault happens once unless told otherwise");
    }

    [Fact]
    public async Task lost_request_is_a_dead_connection_and_nothing_made()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("lost_request", ("route", "POST /v1/servers"));

        await Should.ThrowAsync<HttpRequestException>(() => cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1")));

        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task slow_is_an_answer_that_comes_when_the_clock_says_so()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("slow", ("route", "GET /v1/servers"), ("milliseconds", "60000"));

        var asked = cloud.GetAsync("/v1/servers");
        await cloud.UntilAsync(() => Task.FromResult(asked.IsCompleted), "the slow answer");

        (await asked).Status.ShouldBe(200);
        cloud.Clock.GetUtcNow().ShouldBeGreaterThanOrEqualTo(new DateTimeOffset(2026, 11, 21, 9, 1, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task hang_is_no_answer_until_the_client_gives_up_or_it_is_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var hang = await cloud.FaultAsync("hang", ("route", "POST /v1/servers"));

        var asked = cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));
        await cloud.UntilAsync(async () => (int)(await cloud.GetAsync("/_local/faults"))["faults"][0]!["hits"]! == 1, "the hang");
        asked.IsCompleted.ShouldBeFalse();
        await cloud.DeleteAsync($"/_local/faults/{hang}");

        await Should.ThrowAsync<HttpRequestException>(() => asked);
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1/servers", """{"error":{"message":"Limit of '3600' requests per hour for token 'local-hetzner-token...' reached.","code":"rate_limit_exceeded","details":null}}""")]
    [InlineData("/api/v2/tailnet/-/devices", """{"message":"rate limit exceeded"}""")]
    [InlineData("/stripe/v1/events", """{"error":{"message":"Request rate limit exceeded.","type":"invalid_request_error","code":"rate_limit"}}""")]
    public async Task rate_limited_is_429_in_the_words_of_each_api(string path, string words)
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = 3600);
        await cloud.LogInToTailscaleAsync();
        await cloud.FaultAsync("rate_limited", ("route", path), ("retry_after", "7"));

        var refused = await cloud.GetAsync(path);

        refused.Status.ShouldBe(429);
        JsonNode.DeepEquals(refused.Json, JsonNode.Parse(words)).ShouldBeTrue(refused.Text);
        refused.Headers.GetValueOrDefault("Retry-After").ShouldBe(path.StartsWith("/v1", StringComparison.Ordinal) ? null : "7");
        (await cloud.GetAsync(path)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("hetzner", "/v1/servers")]
    [InlineData("tailscale", "/api/v2/tailnet/-/devices")]
    [InlineData("stripe", "/stripe/v1/events")]
    [InlineData("github", "/github/repos/o/r/actions/runs")]
    public async Task internal_error_is_500_on_any_route_of_the_api(string api, string path)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("internal_error", ("api", api));

        (await cloud.GetAsync("/_local/info")).Status.ShouldBe(200, "the side channel is spared");
        var failed = await cloud.GetAsync(path);

        failed.Status.ShouldBe(500);
        failed.Json.AsObject().Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task bad_gateway_html_is_a_502_that_is_no_json()
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Deviates = true;
        await cloud.FaultAsync("bad_gateway_html", ("route", "POST /v1/servers"));

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Status.ShouldBe(502);
        answer.Headers["Content-Type"].ShouldBe("text/html");
        Should.Throw<JsonException>(() => answer.Json);
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task unavailable_is_503_and_nothing_made()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("unavailable", ("route", "POST /v1/servers"));

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Status.ShouldBe(503);
        answer.ErrorCode.ShouldBe("unavailable");
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("no", 0)]
    [InlineData("yes", 1)]
    public async Task gateway_timeout_is_504_with_the_work_done_or_not(string done, int made)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("gateway_timeout", ("route", "POST /v1/servers"), ("done", done));

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Status.ShouldBe(504);
        answer.ErrorCode.ShouldBe("timeout");
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().Count.ShouldBe(made);
    }

    [Fact]
    public async Task malformed_json_is_half_of_a_good_answer()
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Deviates = true;
        await cloud.FaultAsync("malformed_json", ("route", "POST /v1/servers"));

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Status.ShouldBe(201);
        answer.Text.ShouldStartWith("""{"server":{""");
        Should.Throw<JsonException>(() => answer.Json);
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task stale_read_is_the_answer_of_the_get_before()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("stale_read", ("route", "GET /v1/servers"));
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty();
        await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().ShouldBeEmpty("it is the old answer");
        (await cloud.GetAsync("/v1/servers"))["servers"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task answer_is_whatever_was_asked_for_as_often_as_asked()
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Deviates = true;
        await cloud.PostAsync(
            "/_local/faults", """{"route":"GET /v1/servers/{id}","kind":"answer","status":502,"text":"<html>Bad Gateway</html>","times":2}""");

        (await cloud.GetAsync("/v1/servers/1")).Status.ShouldBe(502);
        (await cloud.GetAsync("/v1/servers/2")).Text.ShouldBe("<html>Bad Gateway</html>");
        (await cloud.GetAsync("/v1/servers/1")).Status.ShouldBe(404);
    }
}
