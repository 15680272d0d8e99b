using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A firewall as the project keeps it; read and written under <see cref="HetznerProject.Gate"/>.</summary>
internal sealed class Firewall
{
    public required long Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public IReadOnlyList<FirewallRule> Rules { get; set; } = [];

    public HashSet<long> Servers { get; } = [];

    public List<string> Selectors { get; } = [];

    public void Forget(long serverId) => Servers.Remove(serverId);

    public FirewallView View(HetznerProject project) => new(
        Id, Name, Labels, Created, Rules,
        [
            .. Servers.Select(FirewallResource.OfServer),
            .. Selectors.Select(selector => new FirewallResource(
                "label_selector", Server: null, new SelectorReference(selector),
                project.Servers.Values.Where(s => LabelSelector.Parse(selector).Matches(s.Labels))
                    .Select(s => FirewallResource.OfServer(s.Id)).ToList())),
        ]);
}

internal sealed record FirewallView(
    long Id, string Name, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created,
    IReadOnlyList<FirewallRule> Rules, IReadOnlyList<FirewallResource> AppliedTo);

internal sealed record FirewallRule(
    string? Description, string? Direction, IReadOnlyList<string>? SourceIps, IReadOnlyList<string>? DestinationIps,
    string? Protocol, string? Port);

internal sealed record FirewallResource(
    string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ServerReference? Server,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SelectorReference? LabelSelector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FirewallResource>? AppliedToResources)
{
    public static FirewallResource OfServer(long id) => new("server", new ServerReference(id), LabelSelector: null, AppliedToResources: null);
}

internal sealed record ServerReference(long Id);

internal sealed record SelectorReference(string Selector);

internal sealed record CreateFirewall(
    string? Name, Dictionary<string, string>? Labels, List<FirewallRule>? Rules, List<FirewallResource>? ApplyTo);

internal sealed record SetRules(List<FirewallRule>? Rules);

internal sealed record FirewallTargets(List<FirewallResource>? ApplyTo, List<FirewallResource>? RemoveFrom);

internal sealed record FirewallAnswer(FirewallView Firewall);

internal sealed record CreateFirewallAnswer(FirewallView Firewall, IReadOnlyList<HetznerAction> Actions);

internal sealed record FirewallsAnswer(IReadOnlyList<FirewallView> Firewalls, ListMeta Meta);
