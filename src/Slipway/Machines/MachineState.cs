using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Blueprints;

namespace Slipway.Machines;

/// <summary>What one operation on a machine carries from step to step. Facts about the machine itself are in its row.</summary>
public sealed record MachineState
{
    /// <summary>What was ordered; only a provision has it.</summary>
    public MachineOrder? Order { get; init; }

    /// <summary>What is to be repaired; only a repair has it.</summary>
    public RepairOrder? Repair { get; init; }

    /// <summary>What is to be copied; only a snapshot has it.</summary>
    public SnapshotOrder? Snapshot { get; init; }

    /// <summary>What is to go; only the deletion of a snapshot has it.</summary>
    public SnapshotRemoval? Removal { get; init; }

    /// <summary>What it is to become; only a resize has it.</summary>
    public ResizeOrder? Resize { get; init; }

    /// <summary>What it was before; a rebuild and a resize have it once they began in earnest.</summary>
    public FormerMachine? Former { get; init; }

    /// <summary>The server's latest action before it was rebuilt: any later rebuild is ours.</summary>
    public long LastAction { get; init; }

    /// <summary>True once Hetzner has accepted the rebuild.</summary>
    public bool Rebuilt { get; init; }

    /// <summary>True once an undo has taken the whole machine away.</summary>
    public bool MachineGone { get; init; }

    /// <summary>From which version of the blueprint to which; only an update has it.</summary>
    public MachineUpdate? Update { get; init; }

    /// <summary>Who makes the server, one of <see cref="Executors"/>, decided when the machine was registered.</summary>
    public string? Executor { get; init; }

    public string? AuthKeyId { get; init; }

    public DateTimeOffset? AuthKeyCreatedAt { get; init; }

    /// <summary>How far the agent's unit was seen to come in a connection that was open anyway; the next steps need no other for that.</summary>
    public UnitSeen UnitSeen { get; init; }

    /// <summary>Hetzner's actions that the next wait is for.</summary>
    public IReadOnlyList<long> Actions { get; init; } = [];

    /// <summary>The order in an operation's row; null when it had none, or cannot be read.</summary>
    internal static MachineOrder? OrderOf(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.TryGetProperty("state", out var state) ? state.Deserialize(MachineJson.Default.MachineState)?.Order : null;
    }
}

/// <summary>The facts of a machine that a change of it puts aside, until it is certain that they are not needed again.</summary>
public sealed record FormerMachine
{
    public required string Status { get; init; }

    public required string OperationId { get; init; }

    public string? ServerType { get; init; }

    public string? ResizedTo { get; init; }

    public string? HostKey { get; init; }

    public string? BootTokenHash { get; init; }

    public string? BootStatus { get; init; }

    public string? TailscaleNodeId { get; init; }

    public string? TailscaleIp { get; init; }

    public string? TailscaleHostname { get; init; }

    internal static FormerMachine Of(Machine machine) => new()
    {
        Status = machine.Status,
        OperationId = machine.OperationId,
        ServerType = machine.ServerType,
        ResizedTo = machine.ResizedTo,
        HostKey = machine.HostKey,
        BootTokenHash = machine.BootTokenHash,
        BootStatus = machine.BootStatus,
        TailscaleNodeId = machine.TailscaleNodeId,
        TailscaleIp = machine.TailscaleIp,
        TailscaleHostname = machine.TailscaleHostname,
    };
}

/// <summary>Why a machine is repaired, and whether it is to run when it is.</summary>
public sealed record RepairOrder
{
    public required string Why { get; init; }

    public bool ShouldRun { get; init; }

    /// <summary>Whether the agent is down, or is taken down for it; then it has to be seen well again.</summary>
    public bool Interrupts { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<UnitSeen>))]
public enum UnitSeen
{
    NotStarted,
    Started,

    /// <summary>Its health check passed.</summary>
    Healthy,
}

[JsonSerializable(typeof(MachineState))]
[JsonSerializable(typeof(RepairOrder))]
internal sealed partial class MachineJson : JsonSerializerContext;
