using Slipway.Hetzner;

namespace Slipway.Machines;

/// <summary>How a resource at Hetzner is known to be ours, and whose it is.</summary>
internal static class MachineLabels
{
    public const string ManagedBy = "managed-by";
    public const string ControlPlane = "slipway-control-plane";
    public const string Agent = "slipway-agent";
    public const string Operation = "slipway-operation";
    public const string Fingerprint = "slipway-fingerprint";

    public static Dictionary<string, string> ForServer(string controlPlane, Machine machine, string fingerprint) => new(StringComparer.Ordinal)
    {
        [ManagedBy] = "slipway",
        [ControlPlane] = controlPlane,
        [Agent] = machine.Subject,
        [Operation] = machine.OperationId,
        [Fingerprint] = fingerprint,
    };

    public static Dictionary<string, string> ForSnapshot(string controlPlane, string subject, string operationId) => new(StringComparer.Ordinal)
    {
        [ManagedBy] = "slipway",
        [ControlPlane] = controlPlane,
        [Agent] = subject,
        [Operation] = operationId,
    };

    public static Dictionary<string, string> ForShared(string controlPlane) => new(StringComparer.Ordinal)
    {
        [ManagedBy] = "slipway",
        [ControlPlane] = controlPlane,
    };

    /// <summary>Whether a server belongs to this machine's operation, whatever was asked for: enough to take it away.</summary>
    public static bool IsOurs(Server server, string controlPlane, Machine machine) =>
        server.Labels.GetValueOrDefault(ControlPlane) == controlPlane && server.Labels.GetValueOrDefault(Agent) == machine.Subject;
}
