using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Tailscale.Tests;

/// <summary>The client over real sockets: the default transport has habits of its own, such as repeating requests on reused connections.</summary>
public sealed class RealServerTests : IAsyncLifetime, IDisposable
{
    private readonly ConcurrentQueue<string> _requests = new();
    private WebApplication? _server;
    private TailscaleClient? _client;

    /// <summary>What the server does with the next requests for keys and devices.</summary>
    private readonly ConcurrentQueue<RequestDelegate> _next = new();

    private TailscaleClient Client => _client!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(AnswerAsync);
        await _server.StartAsync();
        _client = new TailscaleClient(new TailscaleOptions
        {
            ClientId = "id",
            ClientSecret = "secret",
            BaseUrl = new Uri(_server.Urls.Single()),
            RetryDelay = TimeSpan.Zero,
        });
    }

    public async Task DisposeAsync() => await _server!.DisposeAsync();

    public void Dispose() => _client?.Dispose();

    [Fact]
    public async Task A_body_is_sent_again_in_full_after_429_and_after_401()
    {
        _next.Enqueue(c => Json(c, 429, "{}", retryAfter: "0"));
        _next.Enqueue(c => Json(c, 401, "{}"));
        _next.Enqueue(c => Json(c, 200, """{"id":"k1","key":"tskey-auth-k1-s"}"""));

        var key = await Client.Keys.CreateAsync(new CreateAuthKeyRequest { Tags = ["tag:agent"] });

        key.Id.ShouldBe("k1");
        var posts = _requests.Where(r => r.StartsWith("POST /api/v2/tailnet/-/keys ", StringComparison.Ordinal)).ToList();
        posts.Count.ShouldBe(3);
        posts.Distinct().ShouldHaveSingleItem().ShouldContain("\"tags\":[\"tag:agent\"]");
        _requests.Count(r => r.StartsWith("POST /api/v2/oauth/token", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_creation_whose_connection_breaks_reaches_the_server_once_even_on_a_reused_connection()
    {
        _next.Enqueue(c => Json(c, 200, """{"keys":[]}"""));
        _next.Enqueue(Break);
        await Client.Keys.ListAsync();

        var e = await Should.ThrowAsync<TailscaleException>(Client.Keys.CreateAsync(new CreateAuthKeyRequest { Tags = ["tag:agent"] }));

        e.OutcomeUnknown.ShouldBeTrue();
        e.Status.ShouldBeNull();
        _requests.Count(r => r.StartsWith("POST /api/v2/tailnet/-/keys ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_look_whose_connection_breaks_is_repeated()
    {
        _next.Enqueue(Break);
        _next.Enqueue(c => Json(c, 200, """{"id":"1","nodeId":"n1"}"""));

        (await Client.Devices.FindAsync("n1"))!.NodeId.ShouldBe("n1");
    }

    [Fact]
    public async Task A_redirection_is_not_followed_with_the_token()
    {
        _next.Enqueue(c =>
        {
            c.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        (await Should.ThrowAsync<TailscaleException>(Client.Devices.FindAsync("n1"))).Status.ShouldBe(System.Net.HttpStatusCode.Found);

        _requests.ShouldNotContain(r => r.Contains("elsewhere"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so()
    {
        await _server!.StopAsync();

        var e = await Should.ThrowAsync<TailscaleException>(Client.Keys.CreateAsync(new CreateAuthKeyRequest { Tags = ["tag:agent"] }));

        e.OutcomeUnknown.ShouldBeFalse("nothing was sent");
        e.Message.ShouldStartWith("Tailscale gave no answer to POST /api/v2/oauth/token (5 attempt(s)): ");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _requests.Enqueue($"{context.Request.Method} {context.Request.Path} {await reader.ReadToEndAsync()}");
        if (context.Request.Path == "/api/v2/oauth/token")
        {
            await Json(context, 200, $$"""{"access_token":"t{{_requests.Count}}","expires_in":3600}""");
            return;
        }

        await (_next.TryDequeue(out var answer) ? answer(context) : throw new InvalidOperationException($"Nobody arranged an answer for {context.Request.Path}."));
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task Json(HttpContext context, int status, string body, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(body);
    }
}
