using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Access;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>Who may do what, and that it is written down.</summary>
public sealed class AccessTests(SharedSystem shared) : IClassFixture<SharedSystem>
{
    private const string Order = """{"blueprint":"hello","secrets":{"GREETING_TOKEN":"0123456789abcdef"}}""";

    private TestSystem System => shared.System;

    [Fact]
    public async Task Without_a_token_or_with_a_wrong_one_every_v1_endpoint_is_401()
    {
        var wrong = System.Token[..^1] + (System.Token[^1] == 'A' ? 'B' : 'A');
        foreach (var endpoint in Endpoints().Where(e => Path(e).StartsWith("/v1", StringComparison.Ordinal)))
        {
            foreach (var token in (string[])["", "slw_x", "slw_tok-none_secret", wrong, System.Token + "x"])
            {
                var answer = await System.SendAsync(Method(endpoint), Path(endpoint).Replace("{id}", "x", StringComparison.Ordinal).Replace("{name}", "x", StringComparison.Ordinal), token: token);
                (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Unauthorized, "unauthorized"), $"{endpoint.DisplayName} with '{token}'");
            }
        }
    }

    [Fact]
    public async Task A_token_without_the_scope_is_403_and_nothing_changes()
    {
        var reader = await System.CreateTokenAsync("reader", [Scopes.Read]);
        var writer = await System.CreateTokenAsync("writer", [Scopes.Read, Scopes.Write]);
        var before = (await System.Client.Agents.ListAsync()).Count;

        (await System.SendAsync(HttpMethod.Get, "v1/agents", token: reader)).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var (token, body) in new[] { (reader, Order), (writer, Order.Replace("{\"blue", "{\"withoutPayment\":true,\"blue", StringComparison.Ordinal)) })
        {
            var answer = await System.SendAsync(HttpMethod.Post, "v1/agents", Json(body), token);
            (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Forbidden, "forbidden"));
        }

        (await System.SendAsync(HttpMethod.Post, "v1/agents/x/destroy", token: reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await System.Client.Agents.ListAsync()).Count.ShouldBe(before);
    }

    [Fact]
    public void Every_endpoint_decides_who_may_call_it_and_only_these_are_open()
    {
        foreach (var endpoint in Endpoints())
        {
            (endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                .ShouldBeTrue(endpoint.DisplayName);
        }

        Endpoints().Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Path).Order(StringComparer.Ordinal).ShouldBe(
        [
            "/callbacks/boot/{token}", "/callbacks/github", "/callbacks/phone-home/{token}", "/health/live", "/health/ready", "/openapi/{documentName}.json",
            "/order-assets/order.css", "/order-assets/order.js", "/order/{blueprint}", "/order/{blueprint}",
            "/orders/{link}", "/orders/{link}/events", "/orders/{link}/secrets", "/orders/{link}/secrets", "/orders/{link}/{verb}", "/webhooks/stripe",
        ]);
    }

    [Fact]
    public async Task Every_mutation_leaves_an_audit_entry_that_names_who_what_and_whom()
    {
        var agent = await System.OrderAsync();
        foreach (var endpoint in Endpoints().Where(e => Path(e).StartsWith("/v1", StringComparison.Ordinal) && Method(e) != HttpMethod.Get))
        {
            if (endpoint.Metadata.GetMetadata<NotAudited>() is { } exempt)
            {
                exempt.Reason.ShouldNotBeNullOrWhiteSpace();
                continue;
            }

            var before = await CountAsync();
            var content = Path(endpoint) switch
            {
                "/v1/agents" => Json(Order),
                "/v1/agents/{id}/secrets" => Json("""{"secrets":{"GREETING_TOKEN":"another-greeting-token"}}"""),
                "/v1/agents/{id}/ssh" => Json("""{"publicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"}"""),
                "/v1/agents/{id}/snapshots" or "/v1/agents/{id}/update" => Json("{}"),
                "/v1/rollouts" => Json("""{"blueprint":"hello"}"""),
                "/v1/agents/{id}/resize" => Json("""{"serverType":"cx33"}"""),
                _ => null,
            };
            var answer = await System.SendAsync(Method(endpoint), Path(endpoint).Replace("{id}", agent.Id, StringComparison.Ordinal), content);
            ((int)answer.Status).ShouldBeLessThan(500, answer.Text);
            (await CountAsync()).ShouldBe(before + 1, endpoint.DisplayName);
        }

        var entries = await System.QueryAsync<string>("SELECT actor || ' ' || action || ' ' || target FROM audit WHERE target = @Id", agent);
        entries.ShouldContain(e => e.StartsWith("test (tok-", StringComparison.Ordinal) && e.EndsWith($" agent.destroy {agent.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mutation_that_forgets_its_audit_entry_is_an_error_and_a_refusal_is_none()
    {
        var context = new DefaultEndpointFilterInvocationContext(new DefaultHttpContext { Request = { Method = "POST" } });
        static ValueTask<object?> Answer(Results<Ok, ProblemHttpResult> answer) => ValueTask.FromResult<object?>(answer);

        await Should.ThrowAsync<InvalidOperationException>(async () => await new AuditFilter().InvokeAsync(context, _ => Answer(TypedResults.Ok())));
        await new AuditFilter().InvokeAsync(context, _ => Answer(TypedResults.Problem(statusCode: 409)));
    }

    [Theory]
    [InlineData("GET", "v1/nothing", null, null, 404, "not_found")]
    [InlineData("GET", "nothing", null, null, 404, "not_found")]
    [InlineData("DELETE", "v1/agents", null, null, 405, "method_not_allowed")]
    [InlineData("PUT", "webhooks/stripe", null, null, 405, "method_not_allowed")]
    [InlineData("POST", "v1/agents", "{", "application/json", 400, "bad_request")]
    [InlineData("POST", "v1/agents", "blueprint: hello", "application/yaml", 415, "unsupported_media_type")]
    [InlineData("POST", "v1/blueprints/validate", """{"fileName":"a.yaml","yaml":null}""", "application/json", 400, "bad_request")]
    public async Task Every_refusal_is_a_problem_with_a_code(string method, string path, string? body, string? contentType, int status, string code)
    {
        var content = body is null ? null : new StringContent(body, Encoding.UTF8, contentType!);

        var answer = await System.SendAsync(new HttpMethod(method), path, content);

        ((int)answer.Status).ShouldBe(status, answer.Text);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_with_a_code()
    {
        var answer = await System.SendAsync(HttpMethod.Post, "v1/agents", Json($$"""{"blueprint":"{{new string('x', 300 * 1024)}}"}"""));

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "body_too_large"));
    }

    [Fact]
    public async Task Tokens_are_kept_as_hashes_only()
    {
        var hashes = await System.QueryAsync<string>("SELECT hash FROM api_tokens");
        var everything = string.Join('\n', await System.QueryAsync<string>("SELECT id || hash || name || scopes FROM api_tokens"));

        hashes.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(System.Token))));
        everything.ShouldNotContain(System.Token.Split('_')[2]);
        System.Log.Text.ShouldNotContain(System.Token.Split('_')[2]);
    }

    [Fact]
    public async Task The_server_says_that_it_lives_and_is_ready()
    {
        foreach (var path in (string[])["health/live", "health/ready"])
        {
            (await System.SendAsync(HttpMethod.Get, path, token: "")).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static HttpMethod Method(RouteEndpoint endpoint) =>
        new(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Single() ?? "GET");

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private List<RouteEndpoint> Endpoints() =>
        [.. System.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct()];

    private async Task<long> CountAsync() => (await System.QueryAsync<long>("SELECT COUNT(*) FROM audit"))[0];
}
