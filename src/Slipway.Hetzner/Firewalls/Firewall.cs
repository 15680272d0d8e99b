namespace Slipway.Hetzner;

/// <summary>A firewall and its rules. Without an inbound rule everything inbound is dropped; without an outbound rule everything outbound passes.</summary>
public sealed record Firewall
{
    /// <summary>The firewall's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The rules.</summary>
    public IReadOnlyList<FirewallRule> Rules { get => field ?? []; init; }

    /// <summary>What it is applied to.</summary>
    public IReadOnlyList<FirewallResource> AppliedTo { get => field ?? []; init; }
}

/// <summary>What passes.</summary>
public sealed record FirewallRule
{
    /// <summary><c>in</c> or <c>out</c>.</summary>
    public string Direction { get => field ?? ""; init; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>esp</c> or <c>gre</c>.</summary>
    public string Protocol { get => field ?? ""; init; }

    /// <summary>A port, a range such as <c>1024-5000</c>, or <c>any</c>; required for tcp and udp, not allowed otherwise.</summary>
    public string? Port { get; init; }

    /// <summary>For <c>in</c>: networks in CIDR form, such as <c>0.0.0.0/0</c> and <c>::/0</c>.</summary>
    public IReadOnlyList<string> SourceIps { get => field ?? []; init; }

    /// <summary>For <c>out</c>: networks in CIDR form.</summary>
    public IReadOnlyList<string> DestinationIps { get => field ?? []; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }
}

/// <summary>What a firewall is applied to.</summary>
public sealed record FirewallResource
{
    /// <summary><c>server</c> or <c>label_selector</c>; an open set.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The server, when <see cref="Type"/> is <c>server</c>.</summary>
    public FirewallServer? Server { get; init; }
}

/// <summary>A server a firewall is applied to.</summary>
/// <param name="Id">The server's id.</param>
public sealed record FirewallServer(long Id);

/// <summary>What a new firewall shall be.</summary>
public sealed record CreateFirewallRequest
{
    /// <summary>Unique in the project; at most 128 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Labels; checked against Hetzner's rules before anything is sent.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>At most 50 rules.</summary>
    public IReadOnlyList<FirewallRule> Rules { get; init; } = [];
}

internal sealed record CreateFirewallBody(string Name, IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<FirewallRule> Rules);

internal sealed record SetRulesBody(IReadOnlyList<FirewallRule> Rules);

internal sealed record FirewallAnswer(Firewall? Firewall);

internal sealed record FirewallList(IReadOnlyList<Firewall>? Firewalls) : Http.Page<Firewall>
{
    public override IReadOnlyList<Firewall> Items => Firewalls ?? [];
}
