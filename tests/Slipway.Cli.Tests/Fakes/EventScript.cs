using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Client;

namespace Slipway.Cli.Tests.Fakes;

/// <summary>What one connection to an operation's events gets to see.</summary>
internal sealed class EventScript
{
    private readonly List<Func<HttpContext, Task>> _acts = [];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _breaks;

    /// <summary>Completes when everything up to <see cref="ThenHangs"/> was sent.</summary>
    public Task Hanging => _reached.Task;

    public EventScript Sends(params TimelineEntry[] entries)
    {
        foreach (var entry in entries)
        {
            Writes($"event: timeline\nid: {entry.Sequence}\ndata: {JsonSerializer.Serialize(entry, SlipwayJson.Default.TimelineEntry)}\n\n");
        }

        return this;
    }

    public EventScript Finishes(OperationResource operation) =>
        Writes($"event: finished\ndata: {JsonSerializer.Serialize(operation, SlipwayJson.Default.OperationResource)}\n\n");

    public EventScript Writes(string text)
    {
        _acts.Add(context => context.Response.WriteAsync(text, context.RequestAborted));
        return this;
    }

    /// <summary>Ends the connection in the middle of the answer, after all that was sent has arrived.</summary>
    public EventScript ThenBreaks()
    {
        _breaks = true;
        return this;
    }

    public EventScript ThenHangs()
    {
        _acts.Add(async context =>
        {
            await context.Response.Body.FlushAsync();
            _reached.TrySetResult();
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        return this;
    }

    public async Task PlayAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";

        // A promised length that is not kept ends in FIN. An abort would be RST, which may overtake what was sent.
        context.Response.ContentLength = _breaks ? long.MaxValue : null;
        await context.Response.StartAsync();
        foreach (var act in _acts)
        {
            await act(context);
        }
    }
}
