using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Slipway.EndToEnd.Agents;

/// <summary>Telegram's bot API, as far as a bot that polls needs it.</summary>
internal sealed class Telegram : IDisposable
{
    public const string Token = "123456789:AAPlantedTelegramTokenOfTheseTests-0001";
    public const long Owner = 987654321;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _started = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _hungUp = new();
    private int _lastUpdate;
    private JsonObject? _pending;

    /// <summary>Returns when the bot has introduced itself, which it does once at each start.</summary>
    public async Task AwaitStartAsync() => await _started.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Says something to the bot, and does not wait for an answer.</summary>
    public void Say(string text) => _said.Writer.TryWrite(text);

    public async Task<string> AskAsync(string text)
    {
        Say(text);
        return await _heard.Reader.ReadAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>Ends what still waits for something to be said.</summary>
    public void Dispose()
    {
        _hungUp.Cancel();
        _hungUp.Dispose();
    }

    public async Task AnswerAsync(HttpContext http, string token, string method)
    {
        if (token != Token)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var wanted = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        JsonNode? result = true;
        switch (method)
        {
            case "getMe":
                _started.Writer.TryWrite(method);
                break;
            case "getUpdates":
                result = await UpdatesAsync(wanted["offset"]!.GetValue<int>(), wanted["timeout"]!.GetValue<int>(), http.RequestAborted);
                break;
            case "sendMessage":
                _heard.Writer.TryWrite(wanted["text"]!.GetValue<string>());
                break;
        }

        await http.Response.WriteAsJsonAsync(new JsonObject { ["ok"] = true, ["result"] = result });
    }

    /// <summary>What was said and not confirmed by a higher offset; waits for it as long as the bot wants to.</summary>
    private async Task<JsonArray> UpdatesAsync(int offset, int timeout, CancellationToken aborted)
    {
        if (_pending is not null && _pending["update_id"]!.GetValue<int>() < offset)
        {
            _pending = null;
        }

        if (_pending is null && timeout > 0)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(aborted, _hungUp.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(timeout));
            try
            {
                var text = await _said.Reader.ReadAsync(limit.Token);
                _pending = new JsonObject { ["update_id"] = ++_lastUpdate, ["message"] = new JsonObject { ["text"] = text, ["from"] = new JsonObject { ["id"] = Owner } } };
            }
            catch (OperationCanceledException)
            {
                return [];
            }
        }

        return _pending is null ? [] : [_pending.DeepClone()];
    }
}
