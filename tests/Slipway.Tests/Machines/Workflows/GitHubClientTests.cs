using System.Globalization;
using System.Net;
using Slipway.Machines;
using Slipway.Machines.Workflows;
using Slipway.Operations;
using Slipway.Testing;

namespace Slipway.Tests.Machines.Workflows;

public sealed class GitHubClientTests
{
    private const string Token = "github_pat_planted";
    private const string Dispatches = "/repos/shop/agents/actions/workflows/provision-agent.yml/dispatches";
    private static readonly GitHubSettings Settings = new() { Repository = "shop/agents", Token = Token };
    private static readonly Dictionary<string, string> Inputs = new() { ["job_id"] = "job-1" };
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task G1_A_dispatch_names_ref_and_inputs_and_answers_with_the_run_where_GitHub_tells_it()
    {
        var http = new ScriptedHttp(new ScriptedExchange("POST", Dispatches, HttpStatusCode.OK, """{"workflow_run_id":42,"run_url":"x","html_url":"y"}""")
        {
            Inspect = (request, body) =>
            {
                body.ShouldBe("""{"ref":"main","inputs":{"job_id":"job-1"},"return_run_details":true}""");
                request.Headers.UserAgent.ToString().ShouldNotBeEmpty();
                request.Headers.Authorization!.ToString().ShouldBe("Bearer " + Token);
            },
        });

        (await Client(http).DispatchAsync(Inputs, CancellationToken.None)).ShouldBe(42);
    }

    [Fact]
    public async Task G1_Where_GitHub_does_not_tell_the_run_that_is_no_error() =>
        (await Client(new ScriptedHttp(new ScriptedExchange("POST", Dispatches, HttpStatusCode.NoContent))).DispatchAsync(Inputs, CancellationToken.None)).ShouldBeNull();

    [Fact]
    public async Task G1_An_older_server_that_refuses_the_field_is_asked_without_it()
    {
        var http = new ScriptedHttp(
            new ScriptedExchange("POST", Dispatches, HttpStatusCode.BadRequest, """{"message":"\"return_run_details\" is not a permitted key."}"""),
            new ScriptedExchange("POST", Dispatches, HttpStatusCode.NoContent) { Inspect = (_, body) => body.ShouldBe("""{"ref":"main","inputs":{"job_id":"job-1"}}""") });

        await Client(http).DispatchAsync(Inputs, CancellationToken.None);

        http.ShouldBeFinished();
    }

    [Theory]
    [InlineData(401, true, false)]
    [InlineData(403, true, false)]
    [InlineData(404, false, true)]
    [InlineData(422, false, true)]
    public async Task A_refusal_did_not_happen_and_says_what_to_do(int status, bool isRefusal, bool isHopeless)
    {
        var refused = await RefusedAsync(new ScriptedExchange("POST", Dispatches, (HttpStatusCode)status, "{\"message\":\"planted\\u001b[2J\"}"));

        (refused.MayHaveHappened, refused.IsRefusal, refused.IsHopeless).ShouldBe((false, isRefusal, isHopeless));
        refused.Message.ShouldContain("planted[2J");
        refused.Message.ShouldContain("GitHub:");
        refused.ToString().ShouldNotContain(Token);
    }

    [Fact]
    public async Task A_refused_token_is_an_operators_to_mend()
    {
        var refused = await RefusedAsync(new ScriptedExchange("POST", Dispatches, HttpStatusCode.Unauthorized, "{}"));

        Failures.Read(refused).ShouldBeOfType<StepOutcome.Retry>().RefusedCredential.ShouldBe("GitHub:Token");
    }

    [Fact]
    public async Task A_rate_limit_says_when_to_ask_again_and_is_no_refused_token()
    {
        var reset = _time.GetUtcNow().AddMinutes(7);
        var primary = await RefusedAsync(new ScriptedExchange("POST", Dispatches, HttpStatusCode.Forbidden, """{"message":"API rate limit exceeded"}""")
        {
            Headers = new Dictionary<string, string> { ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
        });
        var secondary = await RefusedAsync(new ScriptedExchange("POST", Dispatches, HttpStatusCode.TooManyRequests, "{}")
        {
            Headers = new Dictionary<string, string> { ["Retry-After"] = "30" },
        });
        var silent = await RefusedAsync(new ScriptedExchange("POST", Dispatches, HttpStatusCode.TooManyRequests, "not json"));

        (primary.RetryAt, primary.IsRefusal, primary.MayHaveHappened).ShouldBe((reset, false, false));
        secondary.RetryAt.ShouldBe(_time.GetUtcNow().AddSeconds(30));
        silent.RetryAt.ShouldBe(_time.GetUtcNow().AddMinutes(1));
    }

    public static TheoryData<string> Unclear => new("500", "502", "garbled", "empty", "broken", "ended");

    [Theory]
    [MemberData(nameof(Unclear))]
    public async Task G1_What_may_have_happened_is_said_to_be_so(string what)
    {
        var exchange = new ScriptedExchange("POST", Dispatches, HttpStatusCode.OK);
        var unclear = await RefusedAsync(what switch
        {
            "500" => exchange with { Status = HttpStatusCode.InternalServerError, Body = "<html>" },
            "502" => exchange with { Status = HttpStatusCode.BadGateway },
            "garbled" => exchange with { Body = "{\"workflow_run_id\":" },
            "empty" => exchange,
            "broken" => exchange with { Throws = new HttpRequestException("reset") },
            _ => exchange with { Throws = new HttpIOException(HttpRequestError.ResponseEnded) },
        });

        unclear.MayHaveHappened.ShouldBeTrue();
        unclear.IsHopeless.ShouldBeFalse();
    }

    [Fact]
    public async Task G1_What_was_never_sent_did_not_happen()
    {
        var refused = await RefusedAsync(new ScriptedExchange("POST", Dispatches, HttpStatusCode.OK)
        {
            Throws = new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
        });

        refused.MayHaveHappened.ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_is_found_by_its_title_on_whatever_page_it_is()
    {
        var path = "/repos/shop/agents/actions/workflows/provision-agent.yml/runs?event=workflow_dispatch&created=%3E%3D2026-11-21T08%3A55%3A00Z&per_page=100&page=";
        var others = string.Join(',', Enumerable.Range(1, 100).Select(i => $$"""{"id":{{i}},"display_title":"slipway job-{{i + 1}}","name":"slipway job-1"}"""));
        var http = new ScriptedHttp(
            new ScriptedExchange("GET", path + 1, HttpStatusCode.OK, $$"""{"total_count":101,"workflow_runs":[{{others}}]}"""),
            new ScriptedExchange("GET", path + 2, HttpStatusCode.OK, """{"total_count":101,"workflow_runs":[{"id":777,"display_title":"slipway job-1","status":"queued","conclusion":null}]}"""));

        (await Client(http).FindRunAsync("slipway job-1", _time.GetUtcNow(), CancellationToken.None))!.Id.ShouldBe(777);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_null_and_one_that_ended_needs_no_cancel()
    {
        var http = new ScriptedHttp(
            new ScriptedExchange("GET", "/repos/shop/agents/actions/runs/7", HttpStatusCode.NotFound, "{}"),
            new ScriptedExchange("GET", "/repos/shop/agents/actions/runs/7", HttpStatusCode.OK, """{"id":7,"status":"completed","conclusion":"cancelled","html_url":"https://github.com/x"}"""),
            new ScriptedExchange("POST", "/repos/shop/agents/actions/runs/7/cancel", HttpStatusCode.Conflict, "{}"),
            new ScriptedExchange("POST", "/repos/shop/agents/actions/runs/7/cancel", HttpStatusCode.Forbidden, "{}"));
        var client = Client(http);

        (await client.FindRunAsync(7, CancellationToken.None)).ShouldBeNull();
        (await client.FindRunAsync(7, CancellationToken.None))!.IsCompleted.ShouldBeTrue();
        await client.CancelRunAsync(7, CancellationToken.None);
        await Should.ThrowAsync<GitHubException>(() => client.CancelRunAsync(7, CancellationToken.None));
    }

    [Theory]
    [InlineData("It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", true)]
    [InlineData("It's a Secret to Everybody", "Hello, World?", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData("It's a secret to everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData("", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    public void G3_The_signature_is_GitHubs_own(string secret, string body, string hex, bool isValid)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);

        WorkflowSignature.IsValid(bytes, "sha256=" + hex, [secret]).ShouldBe(isValid);
        WorkflowSignature.IsValid(bytes, "sha256=" + hex, ["another", secret]).ShouldBe(isValid, "several secrets are live while one replaces another");
    }

    private async Task<GitHubException> RefusedAsync(ScriptedExchange exchange) =>
        await Should.ThrowAsync<GitHubException>(() => Client(new ScriptedHttp(exchange)).DispatchAsync(Inputs, CancellationToken.None));

    private GitHubClient Client(ScriptedHttp http) => new(Settings, http, _time);
}
