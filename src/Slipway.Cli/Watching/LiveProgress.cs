using Slipway.Client;
using Spectre.Console;

namespace Slipway.Cli.Watching;

/// <summary>A board that stays in place and moves, for a terminal.</summary>
internal sealed class LiveProgress(Session session) : IProgressView
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(120);

    public async Task<OperationResource> ShowAsync(
        OperationResource operation, StepBoard board, IAsyncEnumerable<OperationEvent> events, CancellationToken cancellationToken)
    {
        var frame = 0;
        return await session.Messages.Live(Render(board, frame)).StartAsync(async live =>
        {
            await using var enumerator = events.GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                // One reader: the board is only ever touched between two frames.
                var next = enumerator.MoveNextAsync().AsTask();
                while (!next.IsCompleted)
                {
                    await Task.WhenAny(next, Task.Delay(Frame, session.Time, cancellationToken));
                    live.UpdateTarget(Render(board, frame++));
                }

                if (!await next)
                {
                    throw new InvalidOperationException("The events ended without an end.");
                }

                if (enumerator.Current is OperationFinished finished)
                {
                    live.UpdateTarget(Render(board, frame));
                    return finished.Operation;
                }

                board.Apply(((OperationProgress)enumerator.Current).Entry);
            }
        });
    }

    private Rows Render(StepBoard board, int frame) =>
        StepBoardView.Render(board, session.Time.GetUtcNow(), session.Messages.Profile.Width, frame);
}
