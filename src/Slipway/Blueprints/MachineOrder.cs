namespace Slipway.Blueprints;

/// <summary>What an agent asks of Machines: a machine after this blueprint, in this very text of it.</summary>
public sealed record MachineOrder
{
    public required string BlueprintDigest { get; init; }

    public required string BlueprintName { get; init; }

    /// <summary>The one location wanted; null takes the blueprint's locations in their order.</summary>
    public string? Location { get; init; }

    /// <summary>Why it is made again, for the timeline; null for the first time.</summary>
    public string? Why { get; init; }
}
