using System.Text.Json;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record CreateServer
{
    public string? Name { get; init; }

    public IdOrName? ServerType { get; init; }

    public IdOrName? Image { get; init; }

    public IdOrName? Location { get; init; }

    /// <summary>Removed on 2026-07-01; refused since, so that nobody's server lands elsewhere unnoticed.</summary>
    public JsonElement? Datacenter { get; init; }

    public long? PlacementGroup { get; init; }

    public bool? StartAfterCreate { get; init; }

    public List<IdOrName>? SshKeys { get; init; }

    public List<FirewallReference>? Firewalls { get; init; }

    public string? UserData { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public CreatePublicNet? PublicNet { get; init; }

    public List<long>? Networks { get; init; }

    public List<long>? Volumes { get; init; }

    public bool? Automount { get; init; }
}

internal sealed record FirewallReference(long Firewall);

internal sealed record CreatePublicNet(bool? EnableIpv4, bool? EnableIpv6, long? Ipv4, long? Ipv6);

internal sealed record RebuildServer
{
    public IdOrName? Image { get; init; }

    public string? UserData { get; init; }
}

internal sealed record ChangeType(IdOrName? ServerType, bool? UpgradeDisk);

internal sealed record ChangeProtection
{
    public bool? Delete { get; init; }

    public bool? Rebuild { get; init; }
}
