using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Server.Tests.Support;

/// <summary>One request as it went over the wire, and the answer it got.</summary>
internal sealed record Exchange(string Method, string PathAndQuery, string Headers, string Body, string Answer);

/// <summary>Stands between two parties on loopback: writes everything down, and loses or holds what a test tells it to.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase) { "Transfer-Encoding", "Connection", "Host", "Content-Length" };

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentQueue<Exchange> _exchanges = [];
    private readonly WebApplication _app;

    private Relay(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First() + "/");

    public Uri? Target { get; set; }

    public IReadOnlyList<Exchange> Exchanges => [.. _exchanges];

    /// <summary>Requests that die on the way.</summary>
    public Func<HttpRequest, bool> Loses { get; set; } = _ => false;

    /// <summary>Holds an answer back that the other side has given already.</summary>
    public Func<HttpRequest, Task> HoldsAnswer { get; set; } = _ => Task.CompletedTask;

    public static async Task<Relay> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var relay = new Relay(builder.Build());
        relay._app.Run(relay.PassAsync);
        await relay._app.StartAsync();
        return relay;
    }

    public int Count(string method, string path) =>
        _exchanges.Count(e => e.Method == method && e.PathAndQuery.Split('?')[0] == path);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var request = context.Request;
        if (Target is null || Loses(request))
        {
            Record(context, buffer, "");
            context.Abort();
            return;
        }

        using var onward = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(Target, request.Path + request.QueryString))
        {
            Content = buffer.Length == 0 && request.ContentType is null ? null : new ByteArrayContent(buffer.ToArray()),
        };
        foreach (var (name, value) in request.Headers.Where(h => !HopByHop.Contains(h.Key)))
        {
            _ = onward.Headers.TryAddWithoutValidation(name, value.ToArray()) || onward.Content?.Headers.TryAddWithoutValidation(name, value.ToArray()) == true;
        }

        try
        {
            using var answer = await _http.SendAsync(onward);
            var body = await answer.Content.ReadAsByteArrayAsync();
            Record(context, buffer, Encoding.UTF8.GetString(body));
            await HoldsAnswer(request);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !HopByHop.Contains(h.Key)))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            await context.Response.Body.WriteAsync(body);
        }
        catch (HttpRequestException)
        {
            Record(context, buffer, "");
            context.Abort();
        }
    }

    private void Record(HttpContext context, MemoryStream body, string answer) => _exchanges.Enqueue(new Exchange(
        context.Request.Method,
        context.Request.Path + context.Request.QueryString,
        string.Join('\n', context.Request.Headers.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key}: {h.Value}"))),
        Encoding.UTF8.GetString(body.ToArray()),
        answer));
}
