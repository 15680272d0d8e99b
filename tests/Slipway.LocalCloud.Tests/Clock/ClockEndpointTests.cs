using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Clock;

public sealed class ClockEndpointTests
{
    [Fact]
    public async Task A_stepped_cloud_stands_still_until_it_is_moved_and_then_everything_follows()
    {
        await using var cloud = await SteppedCloud.StartAsync();
        var clock = (await cloud.Http.GetFromJsonAsync<JsonNode>("_local/clock"))!;
        ((string?)clock["mode"]).ShouldBe("stepped");
        ((double)clock["scale"]!).ShouldBe(0);
        ((string?)clock["now"]).ShouldBe("2026-11-21T09:00:00+00:00");
        var server = (await cloud.PostAsync("v1/servers", TestCloud.Order("agent-1")))["server"]!;

        await cloud.AdvanceAsync("00:10:00");

        var running = (await cloud.Http.GetFromJsonAsync<JsonNode>($"v1/servers/{server["id"]}"))!["server"]!;
        ((string?)running["status"]).ShouldBe("running");
        var now = await cloud.PostAsync("_local/clock", """{"set":"2026-12-01T00:00:00Z"}""");
        ((string?)now["now"]).ShouldBe("2026-12-01T00:00:00+00:00");
    }

    [Theory]
    [InlineData("""{"set":"2020-01-01T00:00:00Z"}""", "time only goes forward")]
    [InlineData("""{"advance":"soon"}""", "advance is 'soon'")]
    [InlineData("""{}""", "give either advance")]
    public async Task A_move_that_makes_no_sense_is_refused(string body, string reason)
    {
        await using var cloud = await SteppedCloud.StartAsync();

        using var answer = await cloud.Http.PostAsync("_local/clock", new StringContent(body));

        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(reason);
    }

    [Fact]
    public async Task A_clock_of_the_caller_is_not_moved_from_outside()
    {
        await using var cloud = await TestCloud.StartAsync();

        ((string?)(await cloud.GetAsync("/_local/clock"))["mode"]).ShouldBe("given");
        (await cloud.PostAsync("/_local/clock", """{"advance":"00:01:00"}""")).Status.ShouldBe(409);
    }
}
