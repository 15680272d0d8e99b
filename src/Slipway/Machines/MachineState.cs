using System.Text.Json.Serialization;
using Slipway.Blueprints;

namespace Slipway.Machines;

/// <summary>What one operation on a machine carries from step to step. Facts about the machine itself are in its row.</summary>
public sealed record MachineState
{
    /// <summary>What was ordered; only a provision has it.</summary>
    public MachineOrder? Order { get; init; }

    public string? AuthKeyId { get; init; }

    public DateTimeOffset? AuthKeyCreatedAt { get; init; }

    /// <summary>How far the agent's unit was seen to come in a connection that was open anyway; the next steps need no other for that.</summary>
    public UnitSeen UnitSeen { get; init; }

    /// <summary>Hetzner's actions that the next wait is for.</summary>
    public IReadOnlyList<long> Actions { get; init; } = [];
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
internal sealed partial class MachineJson : JsonSerializerContext;
