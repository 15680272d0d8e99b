using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Watching;

/// <summary>One line per event, for logs and pipes.</summary>
internal sealed class PlainProgress(Session session) : IProgressView
{
    public async Task<OperationResource> ShowAsync(
        OperationResource operation, StepBoard board, IAsyncEnumerable<OperationEvent> events, CancellationToken cancellationToken)
    {
        var width = operation.Steps.Append(operation.Step).Max(step => step.Length);
        var previous = "";
        await foreach (var happened in events.WithCancellation(cancellationToken))
        {
            if (happened is OperationFinished finished)
            {
                return finished.Operation;
            }

            var entry = ((OperationProgress)happened).Entry;
            board.Apply(entry);
            var words = Line(entry, width);

            // A step that waits says so at every look; a log needs it once. That a step began shows when it ends.
            if (entry.Kind is not ("started" or "finished") && words != previous)
            {
                session.Say($"{Format.Clock(entry.At)}  {words}");
                previous = words;
            }
        }

        throw new InvalidOperationException("The events ended without an end.");
    }

    private static string Line(TimelineEntry entry, int width)
    {
        var line = $"{entry.Step.PadRight(width)}  {entry.Kind.PadRight(9)}  {OperationText.Took(entry),8}  {entry.Message}";
        return line.TrimEnd();
    }
}
