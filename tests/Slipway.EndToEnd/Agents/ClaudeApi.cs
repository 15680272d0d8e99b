using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Slipway.EndToEnd.Agents;

/// <summary>Claude's messages API, which says the same to everybody and remembers by which key it was asked.</summary>
internal static class ClaudeApi
{
    public const string Answer = "Good morning from the stand-in.";

    public static async Task AnswerAsync(HttpContext http, ConcurrentQueue<string> keys)
    {
        keys.Enqueue(http.Request.Headers["x-api-key"].ToString());
        http.Response.ContentType = "text/event-stream";
        await SendAsync(http, "message_start", new JsonObject
        {
            ["message"] = new JsonObject
            {
                ["id"] = "msg_1",
                ["type"] = "message",
                ["role"] = "assistant",
                ["model"] = "claude",
                ["content"] = new JsonArray(),
                ["usage"] = new JsonObject { ["input_tokens"] = 1, ["output_tokens"] = 1 },
            },
        });
        await SendAsync(http, "content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } });
        await SendAsync(http, "content_block_delta", new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = Answer } });
        await SendAsync(http, "content_block_stop", new JsonObject { ["index"] = 0 });
        await SendAsync(http, "message_delta", new JsonObject { ["delta"] = new JsonObject { ["stop_reason"] = "end_turn" }, ["usage"] = new JsonObject { ["output_tokens"] = 3 } });
        await SendAsync(http, "message_stop", []);
    }

    private static Task SendAsync(HttpContext http, string type, JsonObject data)
    {
        data["type"] = type;
        return http.Response.WriteAsync($"event: {type}\ndata: {data.ToJsonString()}\n\n");
    }
}
