using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Simulations;

/// <summary>When each machine's agent was last heard to be well: nothing may be called running before.</summary>
internal sealed class Health
{
    private readonly Dictionary<long, DateTimeOffset> _well = [];

    public DateTimeOffset? LastWell(long server) => _well.TryGetValue(server, out var at) ? at : null;

    public void Heard(Call call, Reply reply, DateTimeOffset now)
    {
        if (call.Address.AbsolutePath.EndsWith("/exec", StringComparison.Ordinal) && reply.Status == 200
            && JsonNode.Parse(reply.Body) is { } answer && (int)answer["exit_code"]! == 0 && ((string)answer["stdout"]!).Contains("ok\n", StringComparison.Ordinal))
        {
            _well[long.Parse(call.Address.Segments[^2].TrimEnd('/'), CultureInfo.InvariantCulture)] = now;
        }
    }
}
