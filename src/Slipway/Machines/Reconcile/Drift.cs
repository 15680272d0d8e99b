using Slipway.Hetzner;

namespace Slipway.Machines.Reconcile;

/// <summary>Compares a machine's row with what the clouds show.</summary>
internal static class Drift
{
    /// <summary>How a machine differs from its row, in a fixed order; empty when it does not.</summary>
    /// <returns>Null when nothing can be concluded: it is changing, or was not listed.</returns>
    public static IReadOnlyList<string>? Find(Machine machine, CloudView clouds, RowView rows)
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

        return [.. Kinds(machine, server, clouds, rows)];
    }

    private static IEnumerable<string> Kinds(Machine machine, Server server, CloudView clouds, RowView rows)
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

        if (clouds.Read.Contains(ResourceKind.Firewall) && !server.PublicNet.Firewalls.Any(f => IsOurs(f.Id, clouds, rows)))
        {
            yield return FindingKind.NoFirewall;
        }

        if (machine is { Status: MachineStatus.Running, TailscaleNodeId: { } node } && clouds.Read.Contains(ResourceKind.Device)
            && !clouds.Resources.Any(r => r.Kind == ResourceKind.Device && r.Id == node))
        {
            yield return FindingKind.NoDevice;
        }
    }

    private static bool IsOurs(long firewall, CloudView clouds, RowView rows) => clouds.Resources.Any(r =>
        r.Kind == ResourceKind.Firewall
        && r.Name == ControlPlaneFirewall.NameOf(rows.ControlPlane)
        && r.Id == firewall.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
