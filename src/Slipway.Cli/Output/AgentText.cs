using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Agents for people.</summary>
internal static class AgentText
{
    public static void Write(TextWriter output, IEnumerable<AgentResource> agents) => Columns.Write(
        output,
        ["ID", "NAME", "BLUEPRINT", "STATUS", "WANTED", "MACHINE", "LOCATION", "TAILSCALE", "CREATED"],
        agents.Select(agent => new[]
        {
            agent.Id, agent.Name, agent.Blueprint, agent.Status, agent.Wanted, agent.Machine?.Status,
            agent.Machine?.Location, agent.Machine?.TailscaleIp, Format.Time(agent.CreatedAt),
        }));

    public static void Write(TextWriter output, AgentResource agent) => Columns.WriteFacts(
        output,
        ("id", agent.Id),
        ("name", agent.Name),
        ("blueprint", agent.Blueprint),
        ("version", RolloutText.Version(agent.BlueprintDigest)),
        ("status", agent.Status),
        ("wanted", agent.Wanted),
        ("error", agent.Error),
        ("operation", agent.Operation is null ? null : agent.Operation + (agent.Busy ? " (under way)" : "")),
        ("machine", agent.Machine?.Name),
        ("machine status", agent.Machine?.Status),
        ("server id", agent.Machine?.ServerId?.ToString(CultureInfo.InvariantCulture)),
        ("server type", agent.Machine?.ServerType),
        ("location", agent.Machine?.Location),
        ("ipv4", agent.Machine?.Ipv4),
        ("ipv6", agent.Machine?.Ipv6),
        ("tailscale", agent.Machine?.TailscaleIp),
        ("tailscale node", agent.Machine?.TailscaleNodeId),
        ("host key", agent.Machine?.HostKeyFingerprint),
        ("started", Format.Time(agent.Machine?.StartedAt)),
        ("stopped", Format.Time(agent.Machine?.StoppedAt)),
        ("created", Format.Time(agent.CreatedAt)),
        ("updated", Format.Time(agent.UpdatedAt)));
}
