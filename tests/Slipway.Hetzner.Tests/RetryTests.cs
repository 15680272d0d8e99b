using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Hetzner.Http;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class RetryTests
{
    private static readonly CreateServerRequest Order = new() { Name = "web-1", ServerType = "cx23", Image = "debian-12" };

    /// <summary>hcloud-go's table, with the differences this client is for. No status: no answer; not arrived: never connected.</summary>
    [Theory]
    [InlineData(502, "", true, false)]
    [InlineData(502, "bad_gateway", true, false)]
    [InlineData(504, "", true, false)]
    [InlineData(504, "timeout", true, false)]
    [InlineData(503, "", true, false)]
    [InlineData(503, "unavailable", true, false)]
    [InlineData(500, "", true, false)]
    [InlineData(500, "server_error", true, false)]
    [InlineData(408, "", true, false)]
    [InlineData(429, "rate_limit_exceeded", true, true)]
    [InlineData(429, "", true, true)]
    [InlineData(409, "conflict", true, true)]
    [InlineData(409, "", false, false)]
    [InlineData(409, "uniqueness_error", false, false)]
    [InlineData(423, "locked", false, false)]
    [InlineData(423, "", false, false)]
    [InlineData(423, "protected", false, false)]
    [InlineData(412, "resource_unavailable", false, false)]
    [InlineData(403, "resource_limit_exceeded", false, false)]
    [InlineData(422, "invalid_input", false, false)]
    [InlineData(401, "unauthorized", false, false)]
    [InlineData(404, "not_found", false, false)]
    [InlineData(410, "deprecated_api_endpoint", false, false)]
    [InlineData(200, "invalid_response", false, false)]
    [InlineData(0, "timeout", true, false)]
    [InlineData(0, "connection_failed", true, false)]
    [InlineData(0, "connection_failed", true, true, false)]
    public void H6_what_is_repeated_depends_on_the_method_and_on_what_happened(
        int status, string code, bool getIsRepeated, bool postIsRepeated, bool mayHaveArrived = true)
    {
        var answer = status == 0 ? (HttpStatusCode?)null : (HttpStatusCode)status;

        RetryPolicy.ShouldRetry(HttpMethod.Get, answer, code, mayHaveArrived).ShouldBe(getIsRepeated);
        RetryPolicy.ShouldRetry(HttpMethod.Delete, answer, code, mayHaveArrived).ShouldBe(getIsRepeated);
        RetryPolicy.ShouldRetry(HttpMethod.Put, answer, code, mayHaveArrived).ShouldBe(getIsRepeated);
        RetryPolicy.ShouldRetry(HttpMethod.Post, answer, code, mayHaveArrived).ShouldBe(postIsRepeated);
    }

    [Theory]
    [InlineData(502, "bad_gateway", true)]
    [InlineData(504, "", true)]
    [InlineData(500, "unknown_error", true)]
    [InlineData(503, "maintenance", false)]
    [InlineData(409, "uniqueness_error", false)]
    [InlineData(429, "", false)]
    [InlineData(201, "invalid_response", true)]
    [InlineData(0, "timeout", true)]
    [InlineData(0, "connection_failed", true)]
    [InlineData(0, "connection_failed", false, false)]
    public void What_is_never_repeated_may_have_been_done_and_the_exception_says_so(int status, string code, bool unknown, bool mayHaveArrived = true)
    {
        var answer = status == 0 ? (HttpStatusCode?)null : (HttpStatusCode)status;

        RetryPolicy.IsOutcomeUnknown(HttpMethod.Post, answer, code, mayHaveArrived).ShouldBe(unknown);
        RetryPolicy.IsOutcomeUnknown(HttpMethod.Get, answer, code, mayHaveArrived).ShouldBeFalse();
        (unknown && RetryPolicy.ShouldRetry(HttpMethod.Post, answer, code, mayHaveArrived)).ShouldBeFalse();
    }

    [Fact]
    public void H6_waits_double_from_one_second_with_full_jitter_and_end_after_five_attempts()
    {
        using var arranged = new Arrange([.. Enumerable.Repeat(Refuse("GET", "/servers/42", 503, "unavailable"), 5)]);

        var e = Should.Throw<HetznerException>(() => arranged.Run(() => arranged.Client.Servers.GetAsync(42)));

        e.Code.ShouldBe("unavailable");
        // Half of 1, 2, 4 and 8 seconds: the arranged randomness is 0.5.
        arranged.Sent.Select(s => s.At).ShouldBe([0, 0.5, 1.5, 3.5, 7.5]);
        arranged.Logs.At(LogLevel.Debug).Count().ShouldBe(4);
        arranged.Logs.At(LogLevel.Debug).First().ShouldContain("GET /servers/{id}");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void H6_no_wait_is_longer_than_the_cap()
    {
        using var arranged = new Arrange(
            o => (o.MaxAttempts, o.RetryMaxDelay) = (4, TimeSpan.FromSeconds(2)),
            [.. Enumerable.Repeat(Refuse("GET", "/servers/42", 503, "unavailable"), 4)]);

        Should.Throw<HetznerException>(() => arranged.Run(() => arranged.Client.Servers.GetAsync(42)));

        arranged.Sent.Select(s => s.At).ShouldBe([0, 0.5, 1.5, 2.5]);
    }

    [Fact]
    public void H6_a_refused_create_is_sent_again_whole_when_the_budget_was_empty()
    {
        var bodies = new List<string>();
        var ok = $$"""{"server":{{Json.Server()}},"action":{{Json.Action(1, "create_server")}},"next_actions":[],"root_password":null}""";
        using var arranged = new Arrange(
            Refuse("POST", "/servers", 429, "rate_limit_exceeded") with { Inspect = (_, b) => bodies.Add(b) },
            Refuse("POST", "/servers", 409, "conflict") with { Inspect = (_, b) => bodies.Add(b) },
            Ok("POST", "/servers", ok, HttpStatusCode.Created) with { Inspect = (_, b) => bodies.Add(b) });

        arranged.Run(() => arranged.Client.Servers.CreateAsync(Order)).Server.Id.ShouldBe(42);

        bodies.Distinct().ShouldHaveSingleItem().ShouldContain("web-1");
        bodies.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(500)]
    public async Task A_create_whose_outcome_is_unknown_is_sent_once(int status)
    {
        using var arranged = new Arrange(new ScriptedExchange("POST", "/v1/servers", (HttpStatusCode)status, "<html>oops</html>") { ContentType = "text/html" });

        var e = await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.CreateAsync(Order));

        e.IsOutcomeUnknown.ShouldBeTrue();
        e.Message.ShouldContain("look the resource up");
        arranged.Http.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_create_that_never_reached_anybody_is_sent_again()
    {
        var refused = new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
        using var arranged = new Arrange(
            o => o.MaxAttempts = 2,
            new ScriptedExchange("POST", "/v1/servers", HttpStatusCode.OK) { Throws = refused },
            new ScriptedExchange("POST", "/v1/servers", HttpStatusCode.OK) { Throws = refused });

        var e = Should.Throw<HetznerException>(() => arranged.Run(() => arranged.Client.Servers.CreateAsync(Order)));

        (e.Code, e.Status, e.IsOutcomeUnknown).ShouldBe(("connection_failed", null, false));
        e.InnerException.ShouldBe(refused);
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void A_lost_delete_is_sent_again_and_404_then_means_done()
    {
        using var arranged = new Arrange(
            new ScriptedExchange("DELETE", "/v1/servers/42", HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ResponseEnded, "gone") },
            Refuse("DELETE", "/servers/42", 404, "not_found"));

        arranged.Run(() => arranged.Client.Servers.DeleteAsync(42)).ShouldBeNull();
    }

    [Fact]
    public void A_cancelled_caller_does_not_wait_for_the_next_attempt()
    {
        using var arranged = new Arrange(Refuse("GET", "/servers/42", 503, "unavailable"));
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), arranged.Time);

        Should.Throw<OperationCanceledException>(() => arranged.Run(() => arranged.Client.Servers.GetAsync(42, impatient.Token)));

        arranged.Http.Requests.ShouldHaveSingleItem();
    }
}
