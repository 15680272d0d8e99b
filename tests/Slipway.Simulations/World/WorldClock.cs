namespace Slipway.Simulations;

/// <summary>Who a timer belongs to: the dead have none, and those of the hung fire when they come back.</summary>
internal interface ITimerOwner
{
    bool IsAlive { get; }

    bool IsHung { get; }

    void Defer(Action fire);
}

/// <summary>The one clock of a world. It stands still until the world moves it, from timer to timer.</summary>
internal sealed class WorldClock(Pump pump) : TimeProvider
{
    private readonly SortedSet<WorldTimer> _armed = new(WorldTimer.ByDue);
    private long _lastOrder;

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public DateTimeOffset? NextTimer => _armed.Min?.Due;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Create(null, callback, state, dueTime, period);

    public TimeProvider For(ITimerOwner owner) => new OwnedTime(this, owner);

    /// <summary>Fires the next timer that is due by then, at its own time.</summary>
    /// <returns>False when there is none, and it is that time.</returns>
    public bool FireNext(DateTimeOffset until)
    {
        if (_armed.Min is not { } timer || timer.Due > until)
        {
            Now = until > Now ? until : Now;
            return false;
        }

        _armed.Remove(timer);
        Now = timer.Due > Now ? timer.Due : Now;
        if (timer.Period > TimeSpan.Zero)
        {
            Arm(timer, timer.Period);
        }

        switch (timer.Owner)
        {
            case { IsAlive: false }:
                break;
            case { IsHung: true } hung:
                hung.Defer(Fire);
                break;
            default:
                Fire();
                break;
        }

        return true;

        void Fire() => _ = pump.Start(() =>
        {
            timer.Fire();
            return Task.CompletedTask;
        });
    }

    private WorldTimer Create(ITimerOwner? owner, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WorldTimer(this, owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Arm(WorldTimer timer, TimeSpan dueTime)
    {
        _armed.Remove(timer);
        if (dueTime >= TimeSpan.Zero)
        {
            (timer.Due, timer.Order) = (Now + dueTime, ++_lastOrder);
            _armed.Add(timer);
        }
    }

    private sealed class OwnedTime(WorldClock clock, ITimerOwner owner) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.Now;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.Create(owner, callback, state, dueTime, period);
    }

    private sealed class WorldTimer(WorldClock clock, ITimerOwner? owner, TimerCallback callback, object? state) : ITimer
    {
        public static IComparer<WorldTimer> ByDue { get; } =
            Comparer<WorldTimer>.Create((a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order));

        public ITimerOwner? Owner => owner;

        public DateTimeOffset Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period > TimeSpan.Zero ? period : TimeSpan.Zero;
            clock.Arm(this, dueTime);
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => clock._armed.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
