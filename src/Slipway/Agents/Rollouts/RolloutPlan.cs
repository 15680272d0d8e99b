using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Operations;

namespace Slipway.Agents.Rollouts;

/// <summary>What a roll-out's operation carries: everything else is in its rows.</summary>
public sealed record RolloutState
{
    public required string Rollout { get; init; }
}

/// <summary>The plan whose subject is a blueprint.</summary>
internal static class RolloutPlan
{
    public const string Name = "roll-out";

    /// <summary>As long as the largest fleet may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    /// <summary>The subject of a blueprint's roll-outs; no agent's id has a slash.</summary>
    public static string SubjectOf(string blueprint) => "blueprint/" + blueprint;

    /// <param name="turns">Made when a step runs: it begins operations itself, and whoever does that has to know all plans first.</param>
    public static Plan Create(Lazy<RolloutTurns> turns) => new Plan<RolloutState>(
        Name, version: 1, RolloutJson.Default.RolloutState, (_, input) => input.Deserialize(RolloutJson.Default.RolloutState)!,
        [
            new(new UpdateCanary(turns), Undo: new AwaitBegunUpdates(turns)),
            new(new UpdateOthers(turns)),
        ])
    {
        Deadline = Patience,
        Cancellable = true,
        WaitsForOthers = true,
    };
}

[JsonSerializable(typeof(RolloutState))]
internal sealed partial class RolloutJson : JsonSerializerContext;
