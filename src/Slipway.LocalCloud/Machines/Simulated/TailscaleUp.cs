using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>The <c>tailscale up</c> of a boot script: which file holds the key, and as what the machine wants to be known.</summary>
internal sealed partial record TailscaleUp(string KeyPath, string Hostname, IReadOnlyList<string> Tags)
{
    /// <summary>Finds the command; null when the script does not enrol.</summary>
    public static TailscaleUp? Find(string script, string defaultHostname)
    {
        var lines = script.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        var command = lines.Where(line => line.Contains("tailscale", StringComparison.Ordinal)).Select(line => Command().Match(line)).FirstOrDefault(m => m.Success);
        if (command is null)
        {
            return null;
        }

        var variables = lines.Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => Assignment().Match(line)).Where(m => m.Success)
            .DistinctBy(m => m.Groups["name"].Value)
            .ToDictionary(m => m.Groups["name"].Value, m => Unquote(m.Groups["value"].Value, []), StringComparer.Ordinal);
        string? key = null;
        var hostname = defaultHostname;
        List<string> tags = [];
        foreach (Match flag in Flag().Matches(command.Groups["flags"].Value))
        {
            var value = Unquote(flag.Groups["value"].Value, variables);
            switch (flag.Groups["name"].Value)
            {
                case "auth-key" or "authkey" when value.StartsWith("file:", StringComparison.Ordinal):
                    key = value["file:".Length..];
                    break;
                case "hostname":
                    hostname = value;
                    break;
                case "advertise-tags":
                    tags = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries)];
                    break;
            }
        }

        return key is null ? null : new TailscaleUp(key, hostname, tags);
    }

    /// <summary>One shell word without its quotes; variables count outside single quotes.</summary>
    private static string Unquote(string word, Dictionary<string, string> variables)
    {
        var text = new StringBuilder();
        foreach (Match part in Piece().Matches(word))
        {
            var value = part.Groups["single"].Success ? part.Groups["single"].Value
                : part.Groups["double"].Success ? part.Groups["double"].Value
                : part.Value;
            text.Append(part.Groups["single"].Success
                ? value
                : Variable().Replace(value, m => variables.GetValueOrDefault(m.Groups["name"].Value, "")));
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^[^#\n]*\btailscale\s+up\s+(?<flags>[^\n;&|]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();

    [GeneratedRegex("""--(?<name>[a-z-]+)[= ](?<value>('[^']*'|"[^"]*"|[^\s'"])+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Flag();

    [GeneratedRegex("""^\s*((readonly|export|local)\s+)?(?<name>[A-Za-z_]\w*)=(?<value>('[^']*'|"[^"]*"|[^\s'"])*)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex("""'(?<single>[^']*)'|"(?<double>[^"]*)"|[^'"]+""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Piece();

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_]\w*)\}?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
