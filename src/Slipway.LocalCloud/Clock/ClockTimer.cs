namespace Slipway.LocalCloud.Clock;

/// <summary>A timer of the cloud's clock; its times are written under the clock's lock.</summary>
internal sealed class ClockTimer(CloudClock clock, TimerCallback callback, object? state) : ITimer
{
    public static IComparer<ClockTimer> ByDue { get; } =
        Comparer<ClockTimer>.Create((a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order));

    public DateTimeOffset Due { get; set; }

    public long Order { get; set; }

    public TimeSpan? Period { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        clock.Arm(this, dueTime, period);
        return true;
    }

    public void Fire() => callback(state);

    public void Dispose() => clock.Disarm(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
