using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A public address that belongs to the project, whether a server has it or not.</summary>
internal sealed class PrimaryIp : NamedResource
{
    public const string V4 = "ipv4";
    public const string V6 = "ipv6";

    private IReadOnlyList<DnsPointer>? _unnamed;

    public required string Type { get; init; }

    /// <summary>An address, or for IPv6 the network <c>…::/64</c>.</summary>
    public required string Ip { get; init; }

    public required Location Location { get; init; }

    /// <summary>Whether it goes with the server it belongs to.</summary>
    public bool AutoDelete { get; set; }

    public Server? Server { get; set; }

    /// <summary>Reverse names that were set, by address.</summary>
    public Dictionary<string, string> DnsPointers { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<DnsPointer> Pointers => Type == V4
        ? DnsPointers.TryGetValue(Ip, out var name) ? [new DnsPointer(Ip, name)] : _unnamed ??= [new DnsPointer(Ip, DefaultName(Ip))]
        : DnsPointers.Select(p => new DnsPointer(p.Key, p.Value)).ToList();

    public static string DefaultName(string ip) => $"static.{string.Join('.', ip.Split('.').Reverse())}.clients.example.com";

    public PrimaryIpView View(ApiDate date, Capacity capacity) => new(
        Id, Name, Labels, Created, Blocked: false, Location, Ip, Pointers, new DeleteProtection(ProtectedFromDelete), Type, AutoDelete,
        Server is null && !date.UnassignedPrimaryIpsSayServer ? "unassigned" : "server", Server?.Id,
        capacity.DatacenterOfServerIn(Location));
}

internal sealed record PrimaryIpView(
    long Id, string Name, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created, bool Blocked, Location Location, string Ip,
    IReadOnlyList<DnsPointer> DnsPtr, DeleteProtection Protection, string Type, bool AutoDelete, string AssigneeType, long? AssigneeId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Datacenter? Datacenter);

internal sealed record CreatePrimaryIp(
    string? Name, string? Type, IdOrName? Location, JsonElement? Datacenter, string? AssigneeType, long? AssigneeId, bool? AutoDelete,
    Dictionary<string, string>? Labels);

internal sealed record AssignPrimaryIp(string? AssigneeType, long? AssigneeId);

internal sealed record PrimaryIpAnswer(PrimaryIpView PrimaryIp);

internal sealed record CreatePrimaryIpAnswer(PrimaryIpView PrimaryIp, HetznerAction? Action);

internal sealed record PrimaryIpsAnswer(IReadOnlyList<PrimaryIpView> PrimaryIps, ListMeta Meta);
