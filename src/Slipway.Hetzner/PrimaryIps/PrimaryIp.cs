using System.Text.Json.Serialization;

namespace Slipway.Hetzner;

/// <summary>A public address that can outlive the server it is assigned to. It costs and counts against a quota of its own.</summary>
public sealed record PrimaryIp
{
    /// <summary>The primary IP's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The IPv4 address, or the IPv6 /64 network.</summary>
    public string Ip { get => field ?? ""; init; }

    /// <summary>What it is assigned to: <c>server</c>, or <c>unassigned</c> since August 2026; an open set.</summary>
    public string AssigneeType { get => field ?? ""; init; }

    /// <summary>The id of the resource it is assigned to; <see langword="null"/> when to none.</summary>
    public long? AssigneeId { get; init; }

    /// <summary>Whether it is deleted together with what it is assigned to.</summary>
    public bool AutoDelete { get; init; }

    /// <summary>Whether Hetzner's abuse team blocked it.</summary>
    public bool Blocked { get; init; }

    /// <summary>Where it can be used.</summary>
    public Location Location { get => field ?? new(); init; }

    /// <summary>Its reverse DNS names.</summary>
    public IReadOnlyList<DnsPointer> DnsPtr { get => field ?? []; init; }

    /// <summary>What it is protected from.</summary>
    public DeleteProtection Protection { get => field ?? new(false); init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>A reverse DNS name.</summary>
/// <param name="Ip">The address.</param>
/// <param name="Name">Its name (<c>dns_ptr</c>).</param>
public sealed record DnsPointer(string Ip, [property: JsonPropertyName("dns_ptr")] string? Name);

/// <summary>What a new primary IP shall be.</summary>
public sealed record CreatePrimaryIpRequest
{
    /// <summary>Unique in the project.</summary>
    public required string Name { get; init; }

    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Id or name of the location; not together with <see cref="AssigneeId"/>, whose location it takes.</summary>
    public string? Location { get; init; }

    /// <summary>The id of the server to assign it to, which must be off.</summary>
    public long? AssigneeId { get; init; }

    /// <summary>Whether it is deleted together with its server; not when <see langword="null"/>.</summary>
    public bool? AutoDelete { get; init; }

    /// <summary>Labels; checked against Hetzner's rules before anything is sent.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A new primary IP.</summary>
/// <param name="PrimaryIp">The address.</param>
/// <param name="Action">The action that assigns it; <see langword="null"/> when it is assigned to nothing.</param>
public sealed record CreatePrimaryIpResult(PrimaryIp PrimaryIp, HetznerAction? Action);

/// <summary>Hetzner requires the kind of assignee with an id only; without one, "server" was required until April 2026 and is still taken.</summary>
internal sealed record CreatePrimaryIpBody(
    string Name, string Type, string? Location, string AssigneeType, long? AssigneeId, bool? AutoDelete, IReadOnlyDictionary<string, string>? Labels);

internal sealed record AssignPrimaryIpBody(string AssigneeType, long AssigneeId);

internal sealed record PrimaryIpAnswer(PrimaryIp? PrimaryIp, HetznerAction? Action);

internal sealed record PrimaryIpList(IReadOnlyList<PrimaryIp>? PrimaryIps) : Http.Page<PrimaryIp>
{
    public override IReadOnlyList<PrimaryIp> Items => PrimaryIps ?? [];
}
