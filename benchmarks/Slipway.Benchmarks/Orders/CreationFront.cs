using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Benchmarks.Orders;

/// <summary>Stands between a server and Hetzner's API, passes everything on, and knows when each <c>POST /servers</c> came by.</summary>
public sealed class CreationFront : IAsyncDisposable
{
    private static readonly string[] HopByHop = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive"];

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _onward = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _seen = new(StringComparer.Ordinal);

    private CreationFront(WebApplication app) => _app = app;

    /// <summary>Where the server is to take Hetzner's API for.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>The real one.</summary>
    public Uri? Target { get; set; }

    public static async Task<CreationFront> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var front = new CreationFront(builder.Build());
        front._app.Run(front.PassAsync);
        await front._app.StartAsync();
        return front;
    }

    /// <returns>The time stamp at which an agent's server was asked for, once it was.</returns>
    public Task<long> SeenAsync(string agent, CancellationToken cancellationToken) => Of(agent).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _onward.Dispose();
    }

    private Task<long> Of(string agent) => Entry(agent).Task;

    private TaskCompletionSource<long> Entry(string agent) =>
        _seen.GetOrAdd(agent, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task PassAsync(HttpContext context)
    {
        var now = Stopwatch.GetTimestamp();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (context.Request.Method == "POST" && context.Request.Path == "/v1/servers")
        {
            using var order = JsonDocument.Parse(body.ToArray());
            Entry(order.RootElement.GetProperty("name").GetString()!).TrySetResult(now);
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(Target!, context.Request.Path + context.Request.QueryString));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var header in context.Request.Headers.Where(h => !HopByHop.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
            }
        }

        using var answer = await _onward.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(h => !HopByHop.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
