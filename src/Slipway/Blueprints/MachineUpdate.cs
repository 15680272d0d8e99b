namespace Slipway.Blueprints;

/// <summary>What an update asks of a machine: from one version of its blueprint to another.</summary>
public sealed record MachineUpdate
{
    public required string FromDigest { get; init; }

    public required string ToDigest { get; init; }
}
