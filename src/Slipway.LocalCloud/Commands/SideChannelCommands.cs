using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Commands;

/// <summary>A LocalCloud that already runs, told something from a terminal: <c>slipway-local faults …</c> and <c>slipway-local clock …</c>.</summary>
internal sealed class SideChannelCommands(HttpClient http, TextWriter output, TextWriter errors)
{
    public const string Usage = """
        slipway-local [--urls …]                                 runs a cloud; its options are in the README
        slipway-local faults list|kinds                          what was asked for; what can be
        slipway-local faults add <kind> [--key value…]           e.g. faults add lost_answer --route 'POST /v1/servers'
        slipway-local faults clear [id]                          takes one back, or all
        slipway-local clock [advance 00:10:00|set 2026-12-01]    tells the time, or moves it
        slipway-local leftovers                                  what real machines left on this computer
        All but the first and the last talk to --url, http://127.0.0.1:8700 if not given.
        """;

    public static bool Knows(string[] arguments) => arguments is ["faults" or "clock" or "help" or "--help", ..];

    /// <summary>Runs one command.</summary>
    /// <returns>0; 1 when the cloud refused or was not there; 2 when the words make no command.</returns>
    public async Task<int> RunAsync(string[] arguments)
    {
        var (words, named) = Split(arguments);
        try
        {
            switch (words)
            {
                case ["help"] or []:
                    await output.WriteLineAsync(Usage);
                    return 0;
                case ["faults"] or ["faults", "list"]:
                    return await ShowAsync(HttpMethod.Get, "_local/faults", null, WriteFaults);
                case ["faults", "kinds"]:
                    return await ShowAsync(HttpMethod.Get, "_local/faults/kinds", null, WriteKinds);
                case ["faults", "add", var kind]:
                    named["kind"] = kind;
                    return await ShowAsync(HttpMethod.Post, "_local/faults", named, fault => output.WriteLine($"{fault["id"]} {fault["kind"]}"));
                case ["faults", "clear"]:
                    return await ShowAsync(HttpMethod.Delete, "_local/faults", null, _ => { });
                case ["faults", "clear", var id]:
                    return await ShowAsync(HttpMethod.Delete, $"_local/faults/{id}", null, _ => { });
                case ["clock"]:
                    return await ShowAsync(HttpMethod.Get, "_local/clock", null, WriteClock);
                case ["clock", "advance" or "set", var value]:
                    return await ShowAsync(HttpMethod.Post, "_local/clock", new JsonObject { [words[1]] = value }, WriteClock);
                default:
                    await errors.WriteLineAsync($"'{string.Join(' ', arguments)}' is no command.{Environment.NewLine}{Usage}");
                    return 2;
            }
        }
        catch (HttpRequestException gone)
        {
            await errors.WriteLineAsync($"No LocalCloud answers at {http.BaseAddress}: {gone.Message} Start one, or say where it is with --url.");
            return 1;
        }
    }

    /// <summary>Takes <c>--url</c> out of the words.</summary>
    public static Uri UrlOf(ref string[] arguments)
    {
        var at = Array.IndexOf(arguments, "--url");
        if (at < 0 || at + 1 >= arguments.Length || !Uri.TryCreate(arguments[at + 1].TrimEnd('/') + "/", UriKind.Absolute, out var url))
        {
            return new Uri("http://127.0.0.1:8700/");
        }

        arguments = [.. arguments[..at], .. arguments[(at + 2)..]];
        return url;
    }

    private static (string[] Words, JsonObject Named) Split(string[] arguments)
    {
        var words = new List<string>();
        var named = new JsonObject();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < arguments.Length)
            {
                named[arguments[i][2..].Replace('-', '_')] = arguments[++i];
            }
            else if (arguments[i] is not "--help")
            {
                words.Add(arguments[i]);
            }
        }

        return ([.. words], named);
    }

    private async Task<int> ShowAsync(HttpMethod method, string path, JsonObject? body, Action<JsonNode> show)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var json = Parse(text);
        if (!answer.IsSuccessStatusCode)
        {
            await errors.WriteLineAsync((string?)json["title"] ?? string.Create(CultureInfo.InvariantCulture, $"{http.BaseAddress} answered {(int)answer.StatusCode}; is it a LocalCloud?"));
            return 1;
        }

        show(json);
        return 0;
    }

    private static JsonNode Parse(string text)
    {
        try
        {
            return (text.Length > 0 ? JsonNode.Parse(text) : null) ?? new JsonObject();
        }
        catch (JsonException)
        {
            return new JsonObject();
        }
    }

    private void WriteFaults(JsonNode answer)
    {
        foreach (var fault in answer["faults"]!.AsArray())
        {
            var told = string.Join(' ', fault!["parameters"]!.AsObject().Select(p => $"--{p.Key} '{p.Value}'"));
            output.WriteLine($"{fault["id"]} {fault["kind"]} {told} (struck {fault["hits"]}, {fault["remaining"]?.ToString() ?? "no limit"} left)");
        }
    }

    private void WriteKinds(JsonNode answer)
    {
        foreach (var kind in answer["kinds"]!.AsArray())
        {
            output.WriteLine($"{kind!["name"]}: {kind["does"]}");
            foreach (var parameter in kind["parameters"]!.AsArray())
            {
                var choices = string.Join('|', parameter!["choices"]!.AsArray().Select(c => (string?)c));
                output.WriteLine($"    --{parameter["name"]} {choices}{(choices.Length > 0 ? ": " : "")}{parameter["does"]}{(parameter["default"] is { } standard ? $" (default '{standard}')" : "")}");
            }
        }
    }

    private void WriteClock(JsonNode clock) => output.WriteLine($"{clock["now"]} ({clock["mode"]}, {clock["scale"]} × real time)");
}
