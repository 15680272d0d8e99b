namespace Slipway.LocalCloud.Clock;

/// <summary>
/// LocalCloud's own time: everything modelled asks it. It runs as real time does, faster, or only when told; and it can be moved
/// forward, firing the timers on the way each at its own time, those of the same instant in the order they were set.
/// </summary>
public sealed class CloudClock : TimeProvider, IDisposable
{
    private static readonly TimeSpan LongestWake = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly SortedSet<ClockTimer> _armed = new(ClockTimer.ByDue);
    private readonly SemaphoreSlim _moving = new(1, 1);
    private readonly TimeProvider _real;
    private readonly ITimer? _wake;
    private DateTimeOffset _anchor;
    private long _anchoredAt;
    private long _lastTimer;
    private int _exchanges;
    private bool _held;

    /// <summary>Starts the clock.</summary>
    /// <param name="setting">How it runs and when it starts.</param>
    /// <param name="real">What it is measured by; the system's when null.</param>
    public CloudClock(ClockSetting setting, TimeProvider? real = null)
    {
        ArgumentNullException.ThrowIfNull(setting);
        (Setting, _real) = (setting, real ?? System);
        _anchor = setting.Start ?? _real.GetUtcNow();
        _anchoredAt = _real.GetTimestamp();
        _wake = setting.Scale > 0 ? _real.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) : null;
    }

    /// <summary>How it runs.</summary>
    public ClockSetting Setting { get; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return Now();
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Marks an exchange with the outside (a webhook, a phone-home) as under way: an advance waits for it, so that what it sets off is set off at its own time.</summary>
    public IDisposable Exchange() => new OpenExchange(this);

    /// <summary>Moves the time forward; returns when every timer on the way has fired.</summary>
    /// <exception cref="TimeWentBackException">The time would go back.</exception>
    public Task AdvanceAsync(TimeSpan by) => MoveAsync(now => now + by);

    /// <summary>As <see cref="AdvanceAsync"/>, to a moment.</summary>
    /// <exception cref="TimeWentBackException">The moment is past.</exception>
    public Task AdvanceToAsync(DateTimeOffset moment) => MoveAsync(_ => moment);

    /// <inheritdoc/>
    public void Dispose()
    {
        _wake?.Dispose();
        _moving.Dispose();
    }

    internal void Arm(ClockTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            timer.Period = period > TimeSpan.Zero ? period : null;
            if (dueTime < TimeSpan.Zero)
            {
                return;
            }

            (timer.Due, timer.Order) = (Now() + dueTime, ++_lastTimer);
            _armed.Add(timer);
            SetWake();
        }

        if (Setting.Scale == 0 && dueTime == TimeSpan.Zero)
        {
            FireDue();
        }
    }

    internal void Disarm(ClockTimer timer)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
        }
    }

    private async Task MoveAsync(Func<DateTimeOffset, DateTimeOffset> target)
    {
        await _moving.WaitAsync();
        try
        {
            await SettleAsync();
            DateTimeOffset goal;
            lock (_gate)
            {
                var now = Now();
                goal = target(now);
                if (goal < now)
                {
                    throw new TimeWentBackException(now);
                }

                Anchor(now);
                _held = true;
            }

            while (TakeDue(goal, jump: true) is { } timer)
            {
                timer.Fire();
                await SettleAsync();
            }

            lock (_gate)
            {
                Anchor(goal);
            }
        }
        finally
        {
            lock (_gate)
            {
                Anchor(_held ? _anchor : Now());
                _held = false;
                SetWake();
            }

            _moving.Release();
        }
    }

    /// <summary>Lets what a timer set off come to rest before the time moves on; bounded, because the outside may never answer.</summary>
    private async Task SettleAsync()
    {
        var patience = _real.GetTimestamp();
        var quiet = 0;
        while (quiet < 3 && _real.GetElapsedTime(patience) < TimeSpan.FromSeconds(5))
        {
            if (Volatile.Read(ref _exchanges) > 0)
            {
                quiet = 0;
                await Task.Delay(TimeSpan.FromMilliseconds(1), _real);
                continue;
            }

            await Task.Yield();
            quiet = ThreadPool.PendingWorkItemCount == 0 ? quiet + 1 : 0;
        }
    }

    private void Wake()
    {
        FireDue();
        lock (_gate)
        {
            SetWake();
        }
    }

    private void FireDue()
    {
        while (TakeDue(GetUtcNow(), jump: false) is { } timer)
        {
            if (Setting.Scale > 0)
            {
                // One slow receiver must not make the others late.
                ThreadPool.UnsafeQueueUserWorkItem(t => t.Fire(), timer, preferLocal: false);
            }
            else
            {
                timer.Fire();
            }
        }
    }

    private ClockTimer? TakeDue(DateTimeOffset until, bool jump)
    {
        lock (_gate)
        {
            if (_armed.Min is not { } next || next.Due > until || (_held && !jump))
            {
                return null;
            }

            _armed.Remove(next);
            if (jump && next.Due > Now())
            {
                Anchor(next.Due);
            }

            if (next.Period is { } period)
            {
                (next.Due, next.Order) = (next.Due + period, ++_lastTimer);
                _armed.Add(next);
            }

            return next;
        }
    }

    private DateTimeOffset Now() =>
        _held || Setting.Scale == 0 ? _anchor : _anchor + _real.GetElapsedTime(_anchoredAt) * Setting.Scale;

    private void Anchor(DateTimeOffset now) => (_anchor, _anchoredAt) = (now, _real.GetTimestamp());

    private void SetWake()
    {
        if (_wake is null || _held)
        {
            return;
        }

        var wait = _armed.Min is { } next ? (next.Due - Now()) / Setting.Scale : Timeout.InfiniteTimeSpan;
        // A timer never fires early, and the system's count whole milliseconds.
        _wake.Change(
            wait == Timeout.InfiniteTimeSpan ? wait : TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(wait.TotalMilliseconds, 0, LongestWake.TotalMilliseconds))),
            Timeout.InfiniteTimeSpan);
    }

    private sealed class OpenExchange : IDisposable
    {
        private CloudClock? _clock;

        public OpenExchange(CloudClock clock)
        {
            _clock = clock;
            Interlocked.Increment(ref clock._exchanges);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _clock, null) is { } clock)
            {
                Interlocked.Decrement(ref clock._exchanges);
            }
        }
    }
}

/// <summary>Somebody wanted the time to go back; it only goes forward.</summary>
public sealed class TimeWentBackException(DateTimeOffset now)
    : Exception(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"time only goes forward; it is {now:O}"));
