using System.Globalization;
using Slipway.Hetzner;

namespace Slipway.Machines.Reconcile;

/// <summary>Compares a machine's row with what the clouds show.</summary>
internal static class Drift
{
    /// <summary>How a machine differs from its row, in a fixed order; empty when it does not.</summary>
    /// <returns>Null when nothing can be concluded: it is changing, or was not listed.</returns>
    public static IReadOnlyList<string>? Find(Machine machine, CloudView clouds, RowView rows) => Find(machine, clouds, rows, FirewallOf(clouds, rows));

    /// <summary>The id of our firewall; null when there is none.</summary>
    public static long? FirewallOf(CloudView clouds, RowView rows) =>
        clouds.Resources.FirstOrDefault(r => r.Kind == ResourceKind.Firewall && r.Name == ControlPlaneFirewall.NameOf(rows.ControlPlane)) is { } found
            ? long.Parse(found.Id, CultureInfo.InvariantCulture)
            : null;

    public static IReadOnlyList<string>? Find(Machine machine, CloudView clouds, RowView rows, long? firewall)
    {
        if (machine.ServerId is not { } id || clouds.Servers is null || rows.Busy.Contains(machine.Subject)
            || machine.Status is not (MachineStatus.Running or MachineStatus.Stopped or MachineStatus.Starting))
        {
            return null;
        }

        if (!clouds.Servers.TryGetValue(id, out var server))
        {
            return [FindingKind.HostGone];
        }

        // Anything else is on its way to one of the two.
        if (server.Locked || server.Status is not (ServerStatus.Running or ServerStatus.Off))
        {
            return null;
        }

        return [.. Kinds(machine, server, clouds, firewall)];
    }

    private static IEnumerable<string> Kinds(Machine machine, Server server, CloudView clouds, long? firewall)
    {
        var shouldRun = machine.Status != MachineStatus.Stopped;
        if (shouldRun && server.Status == ServerStatus.Off)
        {
            yield return FindingKind.Off;
        }
        else if (!shouldRun && server.Status == ServerStatus.Running)
        {
            yield return FindingKind.On;
        }
        else if (machine.Status == MachineStatus.Starting)
        {
            yield return FindingKind.NotStarted;
        }

        if (machine.ServerType is { } type && server.ServerType.Name != type)
        {
            yield return FindingKind.WrongType;
        }

        if (clouds.Read.Contains(ResourceKind.Firewall) && !server.PublicNet.Firewalls.Any(f => f.Id == firewall))
        {
            yield return FindingKind.NoFirewall;
        }

        if (machine is { Status: MachineStatus.Running, TailscaleNodeId: { } node } && clouds.Read.Contains(ResourceKind.Device)
            && !clouds.Shows(ResourceKind.Device, node))
        {
            yield return FindingKind.NoDevice;
        }
    }
}
