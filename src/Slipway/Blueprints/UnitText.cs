using System.Globalization;

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

    /// <summary>Whether the unit says anything about it, even that it is empty.</summary>
    public bool Has(string section, string key) => _values.ContainsKey((section, key));

    /// <summary>How the delay before a restart grows; null when it does not, or systemd would not take it.</summary>
    public RestartDelay? Restart =>
        Seconds("RestartSec") is { } first && Seconds("RestartMaxDelaySec") is { } longest && longest > first
            && int.TryParse(Value("Service", "RestartSteps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0
            ? new RestartDelay(first, longest, steps)
            : null;

    public IEnumerable<string> Problems(string user)
    {
        foreach (var key in (string[])["RestartSec", "RestartMaxDelaySec"])
        {
            if (Value("Service", key).Length > 0 && Seconds(key) is null)
            {
                yield return $"{key}= must be a number above 0 of seconds, or one with its unit such as 500ms, 5s or 2min";
            }
        }

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

    private double? Seconds(string key)
    {
        var text = Value("Service", key);
        var number = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyz "]);
        double? unit = text[number.Length..].Trim() switch
        {
            "" or "s" or "sec" => 1,
            "ms" => 0.001,
            "min" or "m" => 60,
            "h" => 3600,
            _ => null,
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 ? value * unit : null;
    }

    private string Value(string section, string key) => _values.GetValueOrDefault((section, key), "");
}
