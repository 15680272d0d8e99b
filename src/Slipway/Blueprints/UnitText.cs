namespace Slipway.Blueprints;

/// <summary>Looks into the text of a systemd unit, as far as a blueprint's promises depend on it.</summary>
internal sealed class UnitText
{
    private readonly Dictionary<(string Section, string Key), string> _values = [];

    public UnitText(string text)
    {
        var section = "";
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                section = line[1..^1];
            }
            else if (line is not ['#' or ';', ..] && line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                _values[(section, line[..equals].TrimEnd())] = line[(equals + 1)..].TrimStart();
            }
        }
    }

    public IEnumerable<string> Problems(string user)
    {
        if (Value("Service", "ExecStart").Length == 0)
        {
            yield return "the unit needs an ExecStart= in [Service]";
        }

        // Without it systemd would run the agent as root.
        if (Value("Service", "User") != user)
        {
            yield return $"the unit needs User={user} in [Service]: the agent runs as the blueprint's user";
        }

        if (Value("Install", "WantedBy").Length == 0)
        {
            yield return "the unit needs a WantedBy= in [Install], usually multi-user.target: otherwise it does not start after a reboot";
        }
    }

    private string Value(string section, string key) => _values.GetValueOrDefault((section, key), "");
}
