using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Server.Tests.Support;

/// <summary>One request that a receiver got.</summary>
internal sealed record Received(string Line, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>An operator's own service on loopback, which webhooks and the dead-man's requests go to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = [];
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First() + "/");

    public IReadOnlyList<Received> Received => [.. _received];

    /// <summary>What is answered; refused requests are kept too.</summary>
    public int Status { get; set; } = StatusCodes.Status204NoContent;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _received.Enqueue(new Received(
            $"{context.Request.Method} {context.Request.Path}",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync()));
        context.Response.StatusCode = Status;
    }
}
