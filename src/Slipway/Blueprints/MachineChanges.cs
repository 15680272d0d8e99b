using System.Text.Json;

namespace Slipway.Blueprints;

/// <summary>A copy of a machine's disk that is asked for.</summary>
public sealed record SnapshotOrder
{
    /// <summary>For people.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it outlives its agent.</summary>
    public bool Kept { get; init; }
}

/// <summary>A copy of a machine's disk that is to go.</summary>
/// <param name="ImageId">Its id at Hetzner.</param>
public sealed record SnapshotRemoval(long ImageId);

/// <summary>The server type a machine is to have.</summary>
public sealed record ResizeOrder
{
    public required string ServerType { get; init; }

    /// <summary>Whether its disk grows with it; then there is no way back.</summary>
    public bool UpgradeDisk { get; init; }

    /// <summary>Whether it runs, and is to run again.</summary>
    public bool ShouldRun { get; init; }
}

/// <summary>What an operation's row says of how it left its machine, for those who asked for it.</summary>
public static class MachineOutcome
{
    /// <summary>Whether an operation that was undone took the whole machine away.</summary>
    /// <param name="row">The state of the operation's row.</param>
    public static bool IsGone(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.TryGetProperty("state", out var state) && state.TryGetProperty("MachineGone", out var gone) && gone.GetBoolean();
    }
}
