using System.Net;
using Microsoft.AspNetCore.Http;
using Slipway.Cli.Tests.Fakes;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Cli.Tests.Client;

public sealed class SlipwayClientTests
{
    [Fact]
    public async Task A_refusal_carries_status_code_detail_and_field_errors()
    {
        var problem = """{"status":400,"code":"validation_failed","detail":"Bad order.","errors":{"location":["unknown"]}}""";
        using var http = Scripted(
            new ScriptedExchange("POST", "/v1/agents", HttpStatusCode.BadRequest, problem) { ContentType = "application/problem+json" });

        var refusal = await Should.ThrowAsync<SlipwayException>(
            new SlipwayClient(http).Agents.CreateAsync(new CreateAgentRequest { Blueprint = "b", Secrets = new Dictionary<string, string> { ["A"] = "hush" } }));

        refusal.Status.ShouldBe(HttpStatusCode.BadRequest);
        refusal.Code.ShouldBe("validation_failed");
        refusal.Detail.ShouldBe("Bad order.");
        refusal.Errors["location"].ShouldBe(["unknown"]);
        refusal.Message.ShouldBe("The server refused POST /v1/agents (400 validation_failed): Bad order.");
        refusal.ToString().ShouldNotContain("hush");
    }

    [Theory]
    [InlineData(HttpStatusCode.BadGateway, "<html>bad gateway</html>", "text/html", "http_502")]
    [InlineData(HttpStatusCode.Forbidden, "", "text/plain", "http_403")]
    [InlineData(HttpStatusCode.Conflict, "{", "application/json", "http_409")]
    public async Task A_refusal_without_a_problem_document_still_says_something(HttpStatusCode status, string body, string type, string code)
    {
        using var http = Scripted(new ScriptedExchange("GET", "/v1/agents/agt-1", status, body) { ContentType = type });

        var refusal = await Should.ThrowAsync<SlipwayException>(new SlipwayClient(http).Agents.GetAsync("agt-1"));

        refusal.Code.ShouldBe(code);
        refusal.Detail.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("<html>hello</html>", "text/html")]
    [InlineData("null", "application/json")]
    [InlineData("{\"id\":\"agt-1\"}", "application/json")]
    public async Task An_answer_that_is_not_Slipways_is_recognised(string body, string type)
    {
        using var http = Scripted(new ScriptedExchange("GET", "/v1/agents/agt-1", HttpStatusCode.OK, body) { ContentType = type });

        var surprise = await Should.ThrowAsync<SlipwayException>(new SlipwayClient(http).Agents.GetAsync("agt-1"));

        surprise.Code.ShouldBe(SlipwayException.NotSlipwayCode);
        surprise.Detail.ShouldContain("http://slipway.test/");
    }

    [Fact]
    public async Task A_lost_answer_is_told_apart_from_a_server_that_is_not_there_and_never_repeated()
    {
        var lost = new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended.");
        var script = new ScriptedHttp(new ScriptedExchange("POST", "/v1/agents/agt-1/stop", HttpStatusCode.OK) { Throws = lost });
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://slipway.test/") };

        var refusal = await Should.ThrowAsync<SlipwayException>(new SlipwayClient(http).Agents.StopAsync("agt-1"));

        refusal.Code.ShouldBe(SlipwayException.AnswerLostCode);
        refusal.Detail.ShouldContain("may have been carried out");
        script.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Accepted_and_nothing_to_do_are_told_apart()
    {
        var agent = System.Text.Json.JsonSerializer.Serialize(Samples.Running, SlipwayJson.Default.AgentResource);
        using var http = Scripted(
            new("POST", "/v1/agents/agt-1/start", HttpStatusCode.OK, agent),
            new("POST", "/v1/agents/agt-1/retry", HttpStatusCode.Accepted, agent));
        using var slipway = new SlipwayClient(http);

        (await slipway.Agents.StartAsync("agt-1")).ShouldBe(new AgentChange(Samples.Running, Accepted: false));
        (await slipway.Agents.RetryAsync("agt-1")).ShouldBe(new AgentChange(Samples.Running, Accepted: true));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task An_id_cannot_point_at_another_path(string id)
    {
        using var http = Scripted();

        await Should.ThrowAsync<ArgumentException>(async () => await new SlipwayClient(http).Agents.DestroyAsync(id));
    }

    [Fact]
    public async Task An_id_is_one_segment_of_the_path_behind_the_servers_own()
    {
        var script = new ScriptedHttp(new ScriptedExchange("GET", "/slipway/v1/agents/a%2Fb%3Fc", HttpStatusCode.NotFound));
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://slipway.test/slipway/") };

        (await Should.ThrowAsync<SlipwayException>(new SlipwayClient(http).Agents.GetAsync("a/b?c"))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_redirect_is_refused_because_it_could_carry_secrets_elsewhere()
    {
        await using var server = await FakeServer.StartAsync();
        server.Responds("POST /v1/agents", context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
            return Task.CompletedTask;
        });
        using var slipway = new SlipwayClient(server.Address, FakeServer.Token);

        (await Should.ThrowAsync<SlipwayException>(slipway.Agents.CreateAsync(new CreateAgentRequest { Blueprint = "b" })))
            .Status.ShouldBe(HttpStatusCode.TemporaryRedirect);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1", "t")]
    [InlineData("http://user:password@127.0.0.1", "t")]
    [InlineData("http://127.0.0.1", "")]
    [InlineData("http://127.0.0.1", "line\nbreak")]
    public void What_cannot_work_is_refused_when_the_client_is_made(string server, string token)
    {
        var mistake = Should.Throw<ArgumentException>(() => new SlipwayClient(new Uri(server), token));

        mistake.Message.ShouldNotContain("line\nbreak");
        mistake.Message.ShouldNotContain("user:");
    }

    private static HttpClient Scripted(params ScriptedExchange[] exchanges) =>
        new(new ScriptedHttp(exchanges)) { BaseAddress = new Uri("http://slipway.test/") };
}
