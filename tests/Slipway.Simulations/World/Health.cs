using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Simulations;

/// <summary>When each machine's agent was last heard to be well: nothing may be called running before.</summary>
internal sealed class Health
{
    private readonly Dictionary<long, DateTimeOffset> _well = [];
    private readonly Dictionary<long, string> _units = [];

    public DateTimeOffset? LastWell(long server) => _well.TryGetValue(server, out var at) ? at : null;

    /// <summary>The unit's text as it was last placed on a machine; null when none was.</summary>
    public string? UnitPlaced(long server) => _units.GetValueOrDefault(server);

    public void Heard(Call call, Reply reply, DateTimeOffset now)
    {
        Placed(call, reply);
        if (call.Address.AbsolutePath.EndsWith("/exec", StringComparison.Ordinal) && reply.Status == 200
            && JsonNode.Parse(reply.Body) is { } answer && (int)answer["exit_code"]! == 0 && ((string)answer["stdout"]!).Contains("ok\n", StringComparison.Ordinal))
        {
            _well[long.Parse(call.Address.Segments[^2].TrimEnd('/'), CultureInfo.InvariantCulture)] = now;
        }
    }

    private void Placed(Call call, Reply reply)
    {
        if (!call.Address.AbsolutePath.EndsWith("/exec", StringComparison.Ordinal) || reply.Status != 200
            || JsonNode.Parse(call.Body) is not { } asked || (string?)asked["name"] != "place-files-and-start")
        {
            return;
        }

        foreach (var line in Text((string)asked["stdin_base64"]!).Split('\n').Select(line => line.Split(' ')))
        {
            if (line is [_, not "none", var path, var content] && Text(path).EndsWith(".service", StringComparison.Ordinal))
            {
                _units[long.Parse(call.Address.Segments[^2].TrimEnd('/'), CultureInfo.InvariantCulture)] = Text(content);
            }
        }
    }

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
