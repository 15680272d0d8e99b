using System.Globalization;
using System.Net;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>What may be a rule.</summary>
internal static class FirewallRules
{
    public static IReadOnlyList<FirewallRule> Check(IReadOnlyList<FirewallRule>? rules)
    {
        if (rules?.Count > 50)
        {
            throw HetznerFault.InvalidField("rules", "Length must be between 0 and 50.");
        }

        return (rules ?? []).Select((rule, index) => Check(rule, $"rules.{index}")).ToList();
    }

    private static FirewallRule Check(FirewallRule rule, string field)
    {
        if (rule.Direction is not ("in" or "out"))
        {
            throw HetznerFault.InvalidField($"{field}.direction", "Must be one of: in, out.");
        }

        if (rule.Protocol is not ("tcp" or "udp" or "icmp" or "esp" or "gre"))
        {
            throw HetznerFault.InvalidField($"{field}.protocol", "Must be one of: tcp, udp, icmp, esp, gre.");
        }

        if (rule.Protocol is "tcp" or "udp" ? !IsPort(rule.Port) : rule.Port is not null)
        {
            throw HetznerFault.InvalidField($"{field}.port", "Port is required for tcp and udp, and not allowed for others.");
        }

        var (named, other) = rule.Direction == "in" ? (rule.SourceIps, rule.DestinationIps) : (rule.DestinationIps, rule.SourceIps);
        if (named is not { Count: > 0 and <= 100 } || !named.All(IsCidr) || other is { Count: > 0 })
        {
            throw HetznerFault.InvalidField(
                $"{field}.{(rule.Direction == "in" ? "source_ips" : "destination_ips")}", "Must be 1 to 100 CIDR blocks.");
        }

        return rule with { SourceIps = rule.SourceIps ?? [], DestinationIps = rule.DestinationIps ?? [] };
    }

    private static bool IsCidr(string text) => text.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(text, out _);

    private static bool IsPort(string? text)
    {
        if (text == "any")
        {
            return true;
        }

        var ends = (text ?? "").Split('-');
        return ends.Length is 1 or 2
            && Array.TrueForAll(ends, e => int.TryParse(e, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535);
    }
}
