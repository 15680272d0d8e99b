using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Roll-outs for people.</summary>
internal static class RolloutText
{
    public static void Write(TextWriter output, IEnumerable<RolloutResource> rollouts) => Columns.Write(
        output,
        ["ID", "BLUEPRINT", "VERSION", "STATUS", "CREATED", "FINISHED", "ERROR"],
        rollouts.Select(rollout => new[]
        {
            rollout.Id, rollout.Blueprint, Version(rollout.BlueprintDigest), rollout.Status, Format.Time(rollout.CreatedAt), Format.Time(rollout.FinishedAt), rollout.Error,
        }));

    public static void Write(TextWriter output, RolloutResource rollout)
    {
        Columns.WriteFacts(
            output,
            ("id", rollout.Id),
            ("blueprint", rollout.Blueprint),
            ("version", Version(rollout.BlueprintDigest)),
            ("status", rollout.Status),
            ("error", rollout.Error),
            ("at once", rollout.AtOnce.ToString(CultureInfo.InvariantCulture)),
            ("operation", rollout.Operation),
            ("created", Format.Time(rollout.CreatedAt)),
            ("finished", Format.Time(rollout.FinishedAt)));
        output.WriteLine();
        Columns.Write(
            output,
            ["AGENT", "STATUS", "FROM", "OPERATION", "NOTE"],
            rollout.Agents.Select(agent => new[] { agent.Agent, agent.Status, Version(agent.FromDigest), agent.Operation, agent.Note }));
    }

    /// <summary>Enough of a digest to tell versions apart.</summary>
    public static string? Version(string? digest) => digest is { Length: > 12 } ? digest[..12] : digest;
}
