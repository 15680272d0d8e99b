using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Slipway.Client;

/// <summary>One connection's worth of an operation's server-sent events.</summary>
internal static class OperationEventStream
{
    public static async IAsyncEnumerable<OperationEvent> ReadAsync(
        SlipwayConnection connection, string path, long after, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after > 0)
        {
            request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        }

        using var response = await connection.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            throw SlipwayException.NotSlipway(connection.Http.BaseAddress!, $"GET /{path}", new JsonException("It is no event stream."));
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var watched = new SilenceLimitStream(body, time);
        var parser = SseParser.Create(watched, (type, data) => Parse(connection, path, type, data));
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            if (item.Data is { } known)
            {
                yield return known;
            }
        }
    }

    private static OperationEvent? Parse(SlipwayConnection connection, string path, string type, ReadOnlySpan<byte> data)
    {
        try
        {
            return type switch
            {
                "timeline" => new OperationProgress(JsonSerializer.Deserialize(data, SlipwayJson.Default.TimelineEntry)!),
                "finished" => new OperationFinished(JsonSerializer.Deserialize(data, SlipwayJson.Default.OperationResource)!),
                _ => null,
            };
        }
        catch (JsonException e)
        {
            throw SlipwayException.NotSlipway(connection.Http.BaseAddress!, $"GET /{path}", e);
        }
    }
}
