namespace Slipway.Server.Tests.Support;

/// <summary>A clock that runs like the system's and can leap ahead, firing what the leap passes: minutes of patience without minutes of test.</summary>
internal sealed class LeapingTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<LeapingTimer> _timers = [];
    private TimeSpan _leapt;

    public override long TimestampFrequency => System.TimestampFrequency;

    private TimeSpan Leapt
    {
        get
        {
            lock (_gate)
            {
                return _leapt;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Leapt;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Leapt.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LeapingTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Keep it below the time limits of requests in flight, and leap again.</summary>
    public void Leap(TimeSpan by)
    {
        List<LeapingTimer> timers;
        lock (_gate)
        {
            _leapt += by;
            timers = [.. _timers];
        }

        timers.ForEach(timer => timer.Hurry());
    }

    private sealed class LeapingTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly LeapingTimeProvider _owner;
        private readonly ITimer _inner;
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public LeapingTimer(LeapingTimeProvider owner, TimerCallback callback, object? state)
        {
            _owner = owner;
            _inner = System.CreateTimer(
                _ =>
                {
                    Fired();
                    callback(state);
                },
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _owner.GetUtcNow() + dueTime;
                _period = period;
                return _inner.Change(dueTime, period);
            }
        }

        public void Hurry()
        {
            lock (_gate)
            {
                if (_due is { } due)
                {
                    var left = due - _owner.GetUtcNow();
                    _inner.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, _period);
                }
            }
        }

        public void Dispose()
        {
            lock (_owner._gate)
            {
                _owner._timers.Remove(this);
            }

            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fired()
        {
            lock (_gate)
            {
                _due = _period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero ? null : _owner.GetUtcNow() + _period;
            }
        }
    }
}
