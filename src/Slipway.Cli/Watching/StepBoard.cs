using Slipway.Client;

namespace Slipway.Cli.Watching;

internal enum StepState
{
    Pending,
    Running,
    Waiting,
    Retrying,
    Done,
    Failed,
    Undone,
}

/// <summary>One line of the board: a step being done, or being taken back.</summary>
internal sealed record StepRow(string Step, bool Undo, StepState State)
{
    public DateTimeOffset? StartedAt { get; init; }

    public TimeSpan? Took { get; init; }

    public string? Message { get; init; }

    public bool Ended => State is StepState.Done or StepState.Failed or StepState.Undone;

    public TimeSpan Elapsed(DateTimeOffset now)
    {
        var elapsed = Took ?? (StartedAt is { } started ? now - started : TimeSpan.Zero);
        return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
    }
}

/// <summary>An operation's timeline as a board: what was done, what is being done, what comes.</summary>
internal sealed class StepBoard(IReadOnlyList<string> plan)
{
    private readonly List<StepRow> _rows = [.. plan.Select(step => new StepRow(step, Undo: false, StepState.Pending))];

    /// <summary>True from the failure or cancel on: what was made is being taken back.</summary>
    public bool Undoing { get; private set; }

    /// <summary>The step whose failure or cancel turned the operation around; undoing moves on to others.</summary>
    public string? FailedAt { get; private set; }

    public IReadOnlyList<StepRow> Rows => _rows;

    public void Apply(TimelineEntry entry)
    {
        if (entry.Kind == "finished")
        {
            return;
        }

        var turned = !Undoing && entry.Kind is ("failed" or "cancelled");
        var index = _rows.FindIndex(row => row.Step == entry.Step && row.Undo == (Undoing || entry.Kind == "undone"));
        if (index < 0)
        {
            index = _rows.Count;
            _rows.Add(new StepRow(entry.Step, Undo: Undoing || entry.Kind == "undone", StepState.Running));
        }

        _rows[index] = Advance(_rows[index], entry);
        FailedAt ??= turned ? entry.Step : null;
        Undoing |= turned || entry.Kind == "undone";
        if (Undoing)
        {
            _rows.RemoveAll(row => row is { Undo: false, State: StepState.Pending });
        }
    }

    private static StepRow Advance(StepRow row, TimelineEntry entry)
    {
        var startedAt = row.StartedAt ?? entry.At - Length(entry);
        return row with
        {
            StartedAt = startedAt,
            Message = entry.Message,
            State = entry.Kind switch
            {
                "done" => StepState.Done,
                "waiting" => StepState.Waiting,
                "retrying" => StepState.Retrying,
                "failed" or "cancelled" => StepState.Failed,
                "undone" => StepState.Undone,
                _ => StepState.Running,
            },
            Took = entry.Kind switch
            {
                "done" or "undone" when entry.DurationMs is not null => Length(entry),
                "done" or "undone" or "failed" or "cancelled" => entry.At - startedAt,
                _ => null,
            },
        };
    }

    private static TimeSpan Length(TimelineEntry entry) => TimeSpan.FromMilliseconds(entry.DurationMs ?? 0);
}
