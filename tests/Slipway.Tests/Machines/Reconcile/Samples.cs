using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Machines.Reconcile;
using Slipway.Operations;

namespace Slipway.Tests.Machines.Reconcile;

/// <summary>Rows and clouds in which all is well, for tests to spoil.</summary>
internal static class Samples
{
    public const string Us = "cp-us";

    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static Machine Machine { get; } = new()
    {
        Subject = "agt-1",
        Name = "agt-1",
        Status = MachineStatus.Running,
        BlueprintDigest = "digest",
        OperationId = "op-1",
        ServerId = 42,
        ServerType = "cx23",
        TailscaleNodeId = "node-1",
        TailscaleHostname = "agt-1-abcd",
    };

    public static Server Server { get; } = new()
    {
        Id = 42,
        Name = "agt-1",
        Status = "running",
        ServerType = new ServerType { Name = "cx23" },
        Labels = Labels("agt-1", "op-1"),
        Created = Now.AddDays(-1),
        PublicNet = new PublicNet { Firewalls = [new ServerFirewall(7, "applied")] },
    };

    public static CloudResource Firewall { get; } = new(ResourceKind.Firewall, "7", "slipway-" + Us, Now.AddDays(-1)) { Labels = Labels(null, null) };

    public static CloudResource Device { get; } = new(ResourceKind.Device, "node-1", "agt-1-abcd", Now.AddDays(-1)) { Subject = "agt-1" };

    public static Dictionary<string, string> Labels(string? agent, string? operation, string owner = Us)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["managed-by"] = "slipway", ["slipway-control-plane"] = owner };
        if (agent is not null)
        {
            (labels["slipway-agent"], labels["slipway-operation"]) = (agent, operation!);
        }

        return labels;
    }

    public static RowView Rows(Machine? machine, params IReadOnlyList<Operation> unfinished) => new()
    {
        ControlPlane = Us,
        Machines = machine is null ? [] : new Dictionary<string, Machine>(StringComparer.Ordinal) { [machine.Subject] = machine },
        Unfinished = unfinished,
        Busy = unfinished.Select(o => o.Subject).ToHashSet(StringComparer.Ordinal),
    };

    public static CloudView Clouds(Server? server = null, IReadOnlyList<CloudResource>? others = null, bool read = true) => new()
    {
        Servers = read ? (server is null ? new Dictionary<long, Server>() : new Dictionary<long, Server> { [server.Id] = server }) : null,
        Resources = [.. server is null ? [] : new[] { CloudResource.Of(server) }, .. others ?? [Firewall, Device]],
        Read = read ? Enum.GetValues<ResourceKind>().ToHashSet() : [],
        Unread = [],
    };
}
