using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Operations for people.</summary>
internal static class OperationText
{
    public static void Write(TextWriter output, IEnumerable<OperationResource> operations) => Columns.Write(
        output,
        ["ID", "PLAN", "AGENT", "STATUS", "DIRECTION", "STEP", "ATTEMPT", "CREATED"],
        operations.Select(operation => new[]
        {
            operation.Id, operation.Plan, operation.Agent, operation.Status, operation.Direction, operation.Step,
            operation.Attempt.ToString(CultureInfo.InvariantCulture), Format.Time(operation.CreatedAt),
        }));

    public static void Write(TextWriter output, OperationResource operation)
    {
        Columns.WriteFacts(
            output,
            ("id", operation.Id),
            ("plan", operation.Plan),
            ("agent", operation.Agent),
            ("status", operation.Status),
            ("direction", operation.Direction),
            ("step", operation.Step),
            ("attempt", operation.Attempt.ToString(CultureInfo.InvariantCulture)),
            ("error", operation.Error),
            ("cancelled", operation.CancelReason),
            ("next try", Format.Time(operation.DueAt)),
            ("gives up", operation.FinishedAt is null ? Format.Time(operation.DeadlineAt) : null),
            ("created", Format.Time(operation.CreatedAt)),
            ("finished", Format.Time(operation.FinishedAt)));
        if (operation.Timeline.Count > 0)
        {
            output.WriteLine();
            Columns.Write(output, ["TIME", "STEP", "WHAT", "TOOK", "MESSAGE"], operation.Timeline.Select(entry => new[]
            {
                Format.Clock(entry.At), entry.Step, entry.Kind, Took(entry), entry.Message,
            }));
        }

        if (operation.Evidence is { } evidence)
        {
            output.WriteLine();
            output.WriteLine($"What its machine said at {Format.Time(evidence.At)}, before it was taken away:");
            output.WriteLine(Terminal.Clean(evidence.Text.TrimEnd()));
        }
    }

    public static void Write(TextWriter output, OperationExplanation explanation)
    {
        foreach (var sentence in explanation.Sentences)
        {
            output.WriteLine(Terminal.Clean(sentence));
        }
    }

    public static string? Took(TimelineEntry entry) =>
        entry.DurationMs is { } milliseconds ? Format.Length(TimeSpan.FromMilliseconds(milliseconds)) : null;
}
