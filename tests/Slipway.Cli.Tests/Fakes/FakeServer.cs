using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Client;

namespace Slipway.Cli.Tests.Fakes;

/// <summary>
/// A real HTTP server on loopback that gives each arranged answer once, in order per request line. What nobody arranged is
/// answered 500 and remembered; <see cref="ShouldBeFinished"/> fails on it, and on answers nobody asked for.
/// </summary>
internal sealed class FakeServer : IAsyncDisposable
{
    public const string Token = "test-token";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<RequestDelegate>> _answers = new();
    private readonly ConcurrentQueue<string> _unarranged = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private FakeServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Every request, as its line, a tab and its body; the line has its Last-Event-ID when there was one.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public FakeServer Answers<T>(string line, int status, T body, Func<SlipwayJson, JsonTypeInfo<T>> type) => Responds(line, async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = typeof(T) == typeof(ProblemResource) ? "application/problem+json" : "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(body, type(SlipwayJson.Default)), context.RequestAborted);
    });

    public FakeServer Answers(string line, AgentResource agent, int status = 200) => Answers(line, status, agent, json => json.AgentResource);

    public FakeServer Answers(string line, OperationResource operation) => Answers(line, 200, operation, json => json.OperationResource);

    public FakeServer Refuses(string line, int status, string code, string detail, IReadOnlyDictionary<string, string[]>? errors = null) => Answers(
        line, status, new ProblemResource { Status = status, Code = code, Detail = detail, Errors = errors }, json => json.ProblemResource);

    public FakeServer Responds(string line, RequestDelegate answer)
    {
        _answers.GetOrAdd(line, _ => new()).Enqueue(answer);
        return this;
    }

    public void ShouldBeFinished()
    {
        _unarranged.ShouldBeEmpty("these requests were made but not arranged");
        _answers.Where(answers => !answers.Value.IsEmpty).Select(answers => answers.Key).ShouldBeEmpty("these answers were arranged but not asked for");
    }

    public async ValueTask DisposeAsync()
    {
        // Streams a test holds open end with the server, not after a grace period.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var line = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var resumed = context.Request.Headers.TryGetValue("Last-Event-ID", out var last) ? $" after {last}" : "";
        _requests.Enqueue($"{line}{resumed}\t{body}");

        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
        }
        else if (_answers.TryGetValue(line, out var answers) && answers.TryDequeue(out var answer))
        {
            await answer(context);
        }
        else
        {
            _unarranged.Enqueue(line);
            context.Response.StatusCode = (int)HttpStatusCode.InternalServerError;
        }
    }
}
