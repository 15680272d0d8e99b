using System.Net;
using Slipway.Testing;

namespace Slipway.Tailscale.Tests;

public sealed class RetryTests : TailscaleTest
{
    private const string Path = "/api/v2/device/n1";
    private const string Keys = "/api/v2/tailnet/-/keys";
    private static readonly CreateAuthKeyRequest NewKey = new() { Tags = ["tag:agent"] };

    [Fact]
    public async Task A_look_is_repeated_after_server_errors_broken_connections_and_time_outs()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(Path, "", HttpStatusCode.BadGateway),
            Get(Path, "") with { Throws = new HttpRequestException("connection reset") },
            Get(Path, "") with { Throws = new TimeoutException("No answer within 30 s.") },
            Get(Path, """{"id":"1","nodeId":"n1"}"""));
        using var client = Client(transport);
        var start = Clock.GetUtcNow();

        var device = await Elapse(() => client.Devices.FindAsync("n1"));

        device!.NodeId.ShouldBe("n1");
        transport.ShouldBeFinished();
        (Clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(4), "half of 1 + 2 + 4 s, looked at in whole seconds");
        Logged.ShouldContain("attempt 1 ended with 502; trying again in 0.5 s");
    }

    [Fact]
    public async Task A_silent_server_is_given_up_on_after_the_time_limit_of_the_injected_clock()
    {
        using var transport = new SilentTransport();
        using var client = Client(transport, o => o.MaxRetries = 0);

        var e = await Should.ThrowAsync<TailscaleException>(() => Elapse(() => client.Devices.FindAsync("n1")));

        e.Status.ShouldBeNull();
        e.Message.ShouldBe("Tailscale gave no answer to POST /api/v2/oauth/token (1 attempt(s)): No answer within 30 s.");
    }

    [Fact]
    public async Task A_delete_whose_answer_was_lost_is_repeated_and_finds_nothing_left()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("DELETE", Path, HttpStatusCode.OK) { Throws = new HttpRequestException("connection reset") },
            new ScriptedExchange("DELETE", Path, HttpStatusCode.NotFound, """{"message":"no such device"}"""));
        using var client = Client(transport);

        (await Elapse(() => client.Devices.DeleteAsync("n1"))).ShouldBeFalse();
        transport.ShouldBeFinished();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_lost_answer_to_a_creation_is_not_repeated_but_said(int status)
    {
        var lost = status == 0
            ? new ScriptedExchange("POST", Keys, HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ResponseEnded, "connection reset") }
            : new ScriptedExchange("POST", Keys, (HttpStatusCode)status, "<html>oops</html>");
        var transport = new ScriptedHttp(TokenExchange(), lost);
        using var client = Client(transport);

        var e = await Should.ThrowAsync<TailscaleException>(client.Keys.CreateAsync(NewKey));

        e.OutcomeUnknown.ShouldBeTrue();
        e.Endpoint.ShouldBe("POST /api/v2/tailnet/-/keys");
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task A_creation_that_never_left_is_repeated()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("POST", Keys, HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ConnectionError, "refused") },
            new ScriptedExchange("POST", Keys, HttpStatusCode.OK, """{"id":"k1","key":"tskey-auth-k1-s"}"""));
        using var client = Client(transport);

        (await Elapse(() => client.Keys.CreateAsync(NewKey))).Id.ShouldBe("k1");
    }

    [Fact]
    public async Task Too_many_requests_are_answered_with_the_pause_the_server_asks_for_even_for_a_creation()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("POST", Keys, HttpStatusCode.TooManyRequests, "{}") { Headers = new Dictionary<string, string> { ["Retry-After"] = "17" } },
            new ScriptedExchange("POST", Keys, HttpStatusCode.OK, """{"id":"k1","key":"tskey-auth-k1-s"}"""));
        using var client = Client(transport);
        var start = Clock.GetUtcNow();

        await Elapse(() => client.Keys.CreateAsync(NewKey));

        (Clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task A_pause_asked_for_as_a_date_is_honoured_too()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(Path, "{}", HttpStatusCode.TooManyRequests) with { Headers = new Dictionary<string, string> { ["Retry-After"] = "Sat, 21 Nov 2026 09:00:09 GMT" } },
            Get(Path, "", HttpStatusCode.NotFound));
        using var client = Client(transport);
        var start = Clock.GetUtcNow();

        (await Elapse(() => client.Devices.FindAsync("n1"))).ShouldBeNull();

        (Clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task A_longer_pause_than_allowed_is_left_to_the_caller()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(Path, """{"message":"rate limit exceeded"}""", HttpStatusCode.TooManyRequests) with
            {
                Headers = new Dictionary<string, string> { ["Retry-After"] = "3600" },
            });
        using var client = Client(transport);

        var e = await Should.ThrowAsync<TailscaleException>(client.Devices.FindAsync("n1"));

        e.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        e.OutcomeUnknown.ShouldBeFalse();
    }

    [Fact]
    public async Task Repetition_ends_and_the_last_refusal_is_what_the_caller_sees()
    {
        var broken = Get(Path, """{"message":"try later"}""", HttpStatusCode.ServiceUnavailable);
        var transport = new ScriptedHttp(TokenExchange(), broken, broken, broken);
        using var client = Client(transport, o => o.MaxRetries = 2);

        var e = await Should.ThrowAsync<TailscaleException>(() => Elapse(() => client.Devices.FindAsync("n1")));

        e.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        e.Message.ShouldBe("Tailscale answered GET /api/v2/device/n1 with 503: try later.");
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task A_refusal_that_would_be_repeated_in_vain_is_not()
    {
        var transport = new ScriptedHttp(TokenExchange(), Get(Path, """{"message":"no"}""", HttpStatusCode.Forbidden));
        using var client = Client(transport);

        await Should.ThrowAsync<TailscaleException>(client.Devices.FindAsync("n1"));
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task A_cancelled_pause_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(Path, "", HttpStatusCode.BadGateway)));

        var work = client.Devices.FindAsync("n1", cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(work);
    }

    private sealed class SilentTransport : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("An endless pause ended.");
        }
    }
}
