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
