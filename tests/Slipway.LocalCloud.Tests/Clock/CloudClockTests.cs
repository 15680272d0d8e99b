using Slipway.LocalCloud.Clock;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.Clock;

public sealed class CloudClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_stepped_clock_fires_each_timer_at_its_own_time_and_those_of_one_instant_in_the_order_they_were_set()
    {
        using var clock = new CloudClock(new ClockSetting("stepped", 0, Start));
        var fired = new List<string>();
        Set("second", 20);
        Set("third", 20);
        Set("first", 10);
        Set("too late", 31);

        await clock.AdvanceAsync(TimeSpan.FromSeconds(30));

        fired.ShouldBe(["first at 10", "second at 20", "third at 20"]);
        clock.GetUtcNow().ShouldBe(Start.AddSeconds(30));

        void Set(string name, int seconds) => clock.CreateTimer(
            _ => fired.Add($"{name} at {(clock.GetUtcNow() - Start).TotalSeconds}"), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task What_a_timer_sets_off_is_set_off_at_its_own_time_even_over_an_exchange_with_the_outside()
    {
        using var clock = new CloudClock(new ClockSetting("stepped", 0, Start));
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new List<double>();
        var work = WorkAsync();

        var advance = clock.AdvanceAsync(TimeSpan.FromMinutes(10));
        answered.SetResult();
        await advance;
        await work;

        seen.ShouldBe([1, 3]);

        async Task WorkAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock);
            seen.Add((clock.GetUtcNow() - Start).TotalSeconds);
            using (clock.Exchange())
            {
                await answered.Task;
            }

            await Task.Delay(TimeSpan.FromSeconds(2), clock);
            seen.Add((clock.GetUtcNow() - Start).TotalSeconds);
        }
    }

    [Fact]
    public void A_scaled_clock_runs_so_many_times_faster_and_its_timers_come_in_time()
    {
        var real = new ManualTimeProvider(Start);
        using var clock = new CloudClock(new ClockSetting("scaled", 60), real);
        using var fired = new ManualResetEventSlim();
        using var timer = clock.CreateTimer(_ => fired.Set(), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);

        real.Advance(TimeSpan.FromSeconds(9));
        clock.GetUtcNow().ShouldBe(Start.AddMinutes(9));
        real.ArmedTimers.ShouldBe(1);
        fired.IsSet.ShouldBeFalse();
        real.Advance(TimeSpan.FromSeconds(1));

        fired.Wait(TimeSpan.FromMinutes(1)).ShouldBeTrue();
        real.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_running_clock_can_be_moved_forward_too_and_runs_on_from_there()
    {
        var real = new ManualTimeProvider(Start);
        using var clock = new CloudClock(ClockSetting.Real, real);
        var fired = new List<DateTimeOffset>();
        using var timer = clock.CreateTimer(_ => fired.Add(clock.GetUtcNow()), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);

        await clock.AdvanceAsync(TimeSpan.FromHours(2));
        real.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBe([Start.AddHours(1)]);
        clock.GetUtcNow().ShouldBe(Start.AddHours(2).AddSeconds(5));
        await Should.ThrowAsync<TimeWentBackException>(() => clock.AdvanceToAsync(Start));
    }

    [Fact]
    public async Task A_periodic_timer_comes_every_time_and_a_disposed_one_never()
    {
        using var clock = new CloudClock(new ClockSetting("stepped", 0, Start));
        var ticks = 0;
        using var periodic = clock.CreateTimer(_ => ticks++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        var gone = clock.CreateTimer(_ => ticks += 1000, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await gone.DisposeAsync();

        await clock.AdvanceAsync(TimeSpan.FromSeconds(5));

        ticks.ShouldBe(3);
    }

    [Theory]
    [InlineData("real", 1)]
    [InlineData("scaled:60", 60)]
    [InlineData("scaled:0.5", 0.5)]
    [InlineData("stepped", 0)]
    [InlineData("stepped:2026-11-21T09:00:00Z", 0)]
    public void Its_setting_is_read(string text, double scale) => ClockSetting.Parse(text)!.Scale.ShouldBe(scale);

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("scaled")]
    [InlineData("scaled:0")]
    [InlineData("scaled:-1")]
    [InlineData("stepped:someday")]
    [InlineData("real:1")]
    public void A_setting_that_is_none_is_none(string text) => ClockSetting.Parse(text).ShouldBeNull();
}
