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

    /// <summary>The labels, when <see cref="Type"/> is <c>label_selector</c>.</summary>
    public FirewallLabelSelector? LabelSelector { get; init; }

    /// <summary>The servers the labels select now; Hetzner's answer only.</summary>
    public IReadOnlyList<FirewallResource>? AppliedToResources { get; init; }

    /// <summary>A server.</summary>
    /// <param name="id">The server's id.</param>
    public static FirewallResource OfServer(long id) => new() { Type = "server", Server = new FirewallServer(id) };

    /// <summary>Every server with matching labels, now and later. A new one is locked for a moment while the firewall is applied.</summary>
    /// <param name="selector">The selector, such as <see cref="Hetzner.LabelSelector.FromLabels"/>.</param>
    public static FirewallResource OfLabels(string selector) => new() { Type = "label_selector", LabelSelector = new FirewallLabelSelector(selector) };
}

/// <summary>The labels of servers a firewall is applied to.</summary>
/// <param name="Selector">In Hetzner's grammar, such as <c>app=shop</c>.</param>
public sealed record FirewallLabelSelector(string Selector);

/// <summary>A new firewall.</summary>
/// <param name="Firewall">The firewall.</param>
/// <param name="Actions">The actions that apply it; none when it is applied to nothing.</param>
public sealed record CreateFirewallResult(Firewall Firewall, IReadOnlyList<HetznerAction> Actions);

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

    /// <summary>What it is applied to at once; to nothing when <see langword="null"/>.</summary>
    public IReadOnlyList<FirewallResource>? ApplyTo { get; init; }
}

internal sealed record CreateFirewallBody(
    string Name, IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<FirewallRule> Rules, IReadOnlyList<FirewallResource>? ApplyTo);

internal sealed record ApplyFirewallBody(IReadOnlyList<FirewallResource> ApplyTo);

internal sealed record RemoveFirewallBody(IReadOnlyList<FirewallResource> RemoveFrom);

internal sealed record SetRulesBody(IReadOnlyList<FirewallRule> Rules);

internal sealed record FirewallAnswer(Firewall? Firewall, IReadOnlyList<HetznerAction>? Actions);

internal sealed record FirewallList(IReadOnlyList<Firewall>? Firewalls) : Http.Page<Firewall>
{
    public override IReadOnlyList<Firewall> Items => Firewalls ?? [];
}
