using Slipway.Hetzner;

namespace Slipway.Machines.Reconcile;

/// <summary>What there is to look for, in the order it can be removed.</summary>
public enum ResourceKind
{
    Server,
    PrimaryIp,
    Volume,
    Firewall,
    SshKey,
    Snapshot,
    Device,
    AuthKey,
}

/// <summary>A resource as its provider lists it; of all kinds, what ownership is judged by.</summary>
internal sealed record CloudResource(ResourceKind Kind, string Id, string Name, DateTimeOffset? Created)
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>At Hetzner; Tailscale has none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = None;

    /// <summary>The server it is attached to.</summary>
    public long? Server { get; init; }

    /// <summary>The agent it says it is for.</summary>
    public string? Subject { get; init; }

    /// <summary>The operation it says it was made by.</summary>
    public string? OperationId { get; init; }

    public bool IsAtHetzner => Kind is not (ResourceKind.Device or ResourceKind.AuthKey);

    /// <summary>As alerts and people name it: <c>server 42 'agt-…'</c>.</summary>
    public string Title => $"{WordOf(Kind)} {Id} '{Name}'";

    public static string WordOf(ResourceKind kind) => kind switch
    {
        ResourceKind.PrimaryIp => "primary IP",
        ResourceKind.SshKey => "SSH key",
        ResourceKind.Device => "Tailscale device",
        ResourceKind.AuthKey => "Tailscale auth key",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>As the API and the table of rows name the kind.</summary>
    public static string CodeOf(ResourceKind kind) => kind switch
    {
        ResourceKind.PrimaryIp => "primary_ip",
        ResourceKind.SshKey => "ssh_key",
        ResourceKind.AuthKey => "auth_key",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static CloudResource Of(Server server) => Labelled(ResourceKind.Server, server.Id, server.Name, server.Created, server.Labels);

    public static CloudResource Of(PrimaryIp ip) => Labelled(ResourceKind.PrimaryIp, ip.Id, ip.Name, ip.Created, ip.Labels) with { Server = ip.AssigneeId };

    public static CloudResource Of(Volume volume) => Labelled(ResourceKind.Volume, volume.Id, volume.Name, volume.Created, volume.Labels) with { Server = volume.Server };

    public static CloudResource Of(Firewall firewall) => Labelled(ResourceKind.Firewall, firewall.Id, firewall.Name, firewall.Created, firewall.Labels);

    public static CloudResource Of(SshKey key) => Labelled(ResourceKind.SshKey, key.Id, key.Name, key.Created, key.Labels);

    public static CloudResource Of(Image image) => Labelled(ResourceKind.Snapshot, image.Id, image.Description, image.Created, image.Labels);

    /// <summary>The agent's part of a host name that <see cref="Steps.RegisterMachine"/> gave.</summary>
    public static CloudResource Of(Tailscale.Device device) => new(ResourceKind.Device, device.NodeId, device.Hostname, device.Created)
    {
        Subject = device.Hostname.Length > 5 && device.Hostname[^5] == '-' ? device.Hostname[..^5] : null,
    };

    public static CloudResource Of(Tailscale.AuthKey key) => new(ResourceKind.AuthKey, key.Id, key.Description ?? "", key.Created)
    {
        OperationId = Steps.CreateAuthKey.OperationOf(key.Description),
    };

    private static CloudResource Labelled(ResourceKind kind, long id, string name, DateTimeOffset created, IReadOnlyDictionary<string, string> labels) =>
        // A time that was not told is not an old one (T9).
        new(kind, id.ToString(System.Globalization.CultureInfo.InvariantCulture), name, created == default ? null : created)
        {
            Labels = labels,
            Subject = labels.GetValueOrDefault(MachineLabels.Agent),
            OperationId = labels.GetValueOrDefault(MachineLabels.Operation),
        };
}
