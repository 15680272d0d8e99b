using System.Diagnostics;
using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class TelemetryTests
{
    private static readonly string Server = $$"""{"server":{{Json.Server()}}}""";

    [Fact]
    public void Each_attempt_is_measured_by_route_template_and_status_and_never_by_id()
    {
        using var seen = new RecordedTelemetry();
        using var arranged = new Arrange(Refuse("GET", "/servers/42", 503, "unavailable"), Ok("GET", "/servers/42", Server));

        arranged.Run(() => arranged.Client.Servers.GetAsync(42));

        seen.Of("hetzner.client.request.duration").Select(m => m.Tags).ShouldBe(
        [
            "http.request.method=GET url.template=/servers/{id} http.response.status_code=503 error.type=503",
            "http.request.method=GET url.template=/servers/{id} http.response.status_code=200",
        ]);
        seen.Of("hetzner.client.retries").ShouldHaveSingleItem().Tags.ShouldBe("http.request.method=GET url.template=/servers/{id} error.type=unavailable");
        seen.Of("hetzner.client.active_requests").Select(m => m.Value).ShouldBe([1, -1, 1, -1]);
        seen.Activities.Count.ShouldBe(2);
        seen.Activities.ShouldAllBe(a => a.DisplayName == "GET /servers/{id}" && a.Kind == ActivityKind.Client);
        seen.Activities[0].Status.ShouldBe(ActivityStatusCode.Error);
        seen.Activities[0].GetTagItem("hetzner.correlation_id").ShouldBe("c0ffee");
        seen.Activities[1].GetTagItem("http.request.resend_count").ShouldBe(1);
        seen.Activities[1].Status.ShouldBe(ActivityStatusCode.Unset);
    }

    [Fact]
    public async Task A_lost_connection_is_measured_by_its_type()
    {
        using var seen = new RecordedTelemetry();
        using var arranged = new Arrange(
            o => o.MaxAttempts = 1,
            new ScriptedExchange("DELETE", "/v1/servers/42", HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ResponseEnded, "planted-text") });

        await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.DeleteAsync(42));

        seen.Of("hetzner.client.request.duration").ShouldHaveSingleItem().Tags
            .ShouldBe("http.request.method=DELETE url.template=/servers/{id} error.type=System.Net.Http.HttpRequestException");
        seen.Everything.ShouldNotContain("planted");
    }

    [Fact]
    public void The_remaining_quota_and_the_wait_for_it_are_measured()
    {
        using var seen = new RecordedTelemetry();
        var empty = new Dictionary<string, string> { ["RateLimit-Limit"] = "3600", ["RateLimit-Remaining"] = "0" };
        using var arranged = new Arrange(Ok("GET", "/servers/42", Server) with { Headers = empty }, Ok("GET", "/servers/42", Server));

        arranged.Run(async () =>
        {
            await arranged.Client.Servers.GetAsync(42);
            seen.Collect();
            await arranged.Client.Servers.GetAsync(42);
        });

        seen.Of("hetzner.client.quota.remaining").Select(m => m.Value).ShouldContain(0);
        seen.Of("hetzner.client.quota.limit").Select(m => m.Value).ShouldContain(3600);
        var waits = seen.Of("hetzner.client.quota.wait.duration").Select(m => m.Value).ToList();
        waits.Count.ShouldBe(2);
        waits[0].ShouldBe(0);
        waits[1].ShouldBe(1.0, 0.06);
    }

    [Fact]
    public void Waiting_for_an_action_is_measured_by_command_and_outcome()
    {
        using var seen = new RecordedTelemetry();
        using var arranged = new Arrange(
            Ok("GET", "/actions?id=7&id=8", Json.Actions(Json.Action(7, "create_server", "success", 100), Json.Action(8, "delete_server", "error", 100))));
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), arranged.Time);

        arranged.Run(async () =>
        {
            var waits = new[] { arranged.Client.Actions.WaitAsync(7), arranged.Client.Actions.WaitAsync(8) };
            var cancelled = arranged.Client.Actions.WaitAsync(9, cancellationToken: impatient.Token);
            await SteppedClock.FailureOf<OperationCanceledException>(cancelled);
            await waits[0];
            await SteppedClock.FailureOf<HetznerActionException>(waits[1]);
        });

        var measured = seen.Of("hetzner.client.action.wait.duration").ToList();
        measured.Select(m => m.Tags).Order(StringComparer.Ordinal).ShouldBe(
        [
            "hetzner.action.command=create_server hetzner.action.outcome=success",
            "hetzner.action.command=delete_server hetzner.action.outcome=error",
            "hetzner.action.command=unknown hetzner.action.outcome=cancelled",
        ]);
        measured.Single(m => m.Tags.EndsWith("success", StringComparison.Ordinal)).Value.ShouldBe(1.0, 0.06);
    }
}
