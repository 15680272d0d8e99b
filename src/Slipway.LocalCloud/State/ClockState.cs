using Slipway.LocalCloud.Clock;

namespace Slipway.LocalCloud.State;

/// <summary>Where a clock of LocalCloud's own stood, by its own time and by real time. Of a real clock only how far ahead it is: its time would be another at every look.</summary>
internal sealed record ClockState(double Scale, DateTimeOffset? Now, DateTimeOffset? Real, TimeSpan Ahead)
{
    public static ClockState? Of(TimeProvider time, TimeProvider real)
    {
        if (time is not CloudClock clock)
        {
            return null;
        }

        var (now, actual) = (clock.GetUtcNow(), real.GetUtcNow());
        // Whole seconds: two looks at a real clock are never at the same moment.
        return clock.Setting.Scale == 1
            ? new ClockState(1, null, null, TimeSpan.FromSeconds(Math.Max(0, Math.Round((now - actual).TotalSeconds))))
            : new ClockState(clock.Setting.Scale, now, clock.Setting.Scale > 0 ? actual : null, TimeSpan.Zero);
    }

    /// <summary>The clock the options want, going on from where this one stood when its process was last alive.</summary>
    public ClockSetting Continue(ClockSetting wanted, DateTimeOffset lastAlive, DateTimeOffset real)
    {
        var stood = Now is not { } now ? real + Ahead
            : Real is { } then && lastAlive > then ? now + (lastAlive - then) * Scale
            : now;
        // Time never goes back, even when the options name an earlier start.
        var start = wanted.Start ?? (wanted.Scale == 1 ? real : stood);
        return wanted with { Start = stood > start ? stood : start };
    }
}
