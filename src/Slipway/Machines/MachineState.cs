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

    /// <summary>The unit was started and its health check passed in the same connection; the next step needs no other.</summary>
    public bool SeenHealthy { get; init; }

    /// <summary>Hetzner's actions that the next wait is for.</summary>
    public IReadOnlyList<long> Actions { get; init; } = [];
}

[JsonSerializable(typeof(MachineState))]
internal sealed partial class MachineJson : JsonSerializerContext;
