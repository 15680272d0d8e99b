namespace Slipway.Cli.Tests.Fakes;

/// <summary>A clock on which every pause is over at once and every limit of a minute or more is never reached.</summary>
internal sealed class ImpatientTimeProvider : TimeProvider
{
    private readonly List<TimeSpan> _pauses = [];
    private DateTimeOffset _now = Samples.Noon;

    /// <summary>The pauses that were taken, in order.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_pauses)
            {
                return [.. _pauses];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_pauses)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state, Timeout.Infinite, Timeout.Infinite);
        if (dueTime < TimeSpan.FromMinutes(1) && dueTime >= TimeSpan.Zero)
        {
            lock (_pauses)
            {
                _pauses.Add(dueTime);
                _now += dueTime;
            }

            timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        return timer;
    }
}
