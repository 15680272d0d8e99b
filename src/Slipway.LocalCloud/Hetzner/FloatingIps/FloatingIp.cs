namespace Slipway.LocalCloud.Hetzner;

/// <summary>An address that moves between servers. A record only: no machine ever answers at it.</summary>
internal sealed class FloatingIp : NamedResource
{
    public required string Type { get; init; }

    public required string Ip { get; init; }

    public required Location HomeLocation { get; init; }

    public string? Description { get; set; }

    public Server? Server { get; set; }

    public Dictionary<string, string> DnsPointers { get; } = new(StringComparer.Ordinal);

    public void Assign(Server? server)
    {
        Server?.FloatingIps.Remove(Id);
        server?.FloatingIps.Add(Id);
        Server = server;
    }

    public FloatingIpView View() => new(
        Id, Name, Description, Ip, Type, Server?.Id, DnsPointers.Select(p => new DnsPointer(p.Key, p.Value)).ToList(), HomeLocation,
        Blocked: false, new DeleteProtection(ProtectedFromDelete), Labels, Created);
}

internal sealed record FloatingIpView(
    long Id, string Name, string? Description, string Ip, string Type, long? Server, IReadOnlyList<DnsPointer> DnsPtr, Location HomeLocation,
    bool Blocked, DeleteProtection Protection, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created);

internal sealed record CreateFloatingIp(
    string? Name, string? Type, long? Server, IdOrName? HomeLocation, string? Description, Dictionary<string, string>? Labels);

internal sealed record AssignFloatingIp(long? Server);

internal sealed record FloatingIpAnswer(FloatingIpView FloatingIp);

internal sealed record CreateFloatingIpAnswer(FloatingIpView FloatingIp, HetznerAction? Action);

internal sealed record FloatingIpsAnswer(IReadOnlyList<FloatingIpView> FloatingIps, ListMeta Meta);
