using Slipway.Operations;

namespace Slipway.Tests.Operations;

/// <summary>An operation on its way: steps, waits, retries and time limits.</summary>
public sealed class ForwardTests : IAsyncLifetime
{
    private readonly ThreeSteps _steps = new();
    private TestEngine _engine = null!;

    public async Task InitializeAsync() => _engine = await TestEngine.CreateAsync(_steps.Plan());

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task O2_one_firing_carries_an_operation_through_all_its_steps()
    {
        var id = await _engine.StartAsync();

        (await _engine.RunAsync(id)).ShouldBeNull();

        _steps.Ran.ShouldBe(["first", "second", "third"]);
        _steps.Calls.ShouldAllBe(c => c.IsFirstAttempt);
        var row = await _engine.FindAsync(id);
        row.Result.ShouldBe(OperationResult.Succeeded);
        row.State.ShouldBe("""{"version":1,"state":{"Done":["first","second","third"]}}""");
        (await _engine.TimelineAsync(id)).ShouldBe(["first done", "second done", "third done"]);
    }

    [Fact]
    public async Task A_finished_operation_is_not_run_again()
    {
        var id = await _engine.StartAsync();
        await _engine.RunAsync(id);

        (await _engine.RunAsync(id)).ShouldBeNull();
        (await _engine.RunAsync("op-unknown")).ShouldBeNull();

        _steps.Calls.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Trap4_a_subject_with_an_operation_under_way_gets_no_second_one()
    {
        await _engine.StartAsync();

        (await _engine.Database.WriteAsync(t => _engine.Dispatcher.StartAsync(t, ThreeSteps.Name, "subject-1", Trail.Empty, TrailJson.Default.Trail))).ShouldBeNull();
    }

    [Fact]
    public async Task A_long_wait_goes_back_to_the_clock()
    {
        _engine.Options.HoldFor = TimeSpan.FromSeconds(30);
        _steps.Second.ThenWaits(TimeSpan.FromSeconds(31), "the other side");
        var id = await _engine.StartAsync();

        (await _engine.RunAsync(id)).ShouldBe(_engine.Time.GetUtcNow() + TimeSpan.FromSeconds(31));

        (await _engine.FindAsync(id)).WaitingFor.ShouldBe("the other side");
        _engine.Signals.Holds(id).ShouldBeFalse();
        (await _engine.RunAsync(id)).ShouldBe(_engine.Time.GetUtcNow() + TimeSpan.FromSeconds(31), "a firing too early changes nothing");
        _steps.Calls.Count.ShouldBe(2);

        _engine.Time.Advance(TimeSpan.FromSeconds(31));
        (await _engine.RunAsync(id)).ShouldBeNull();
        _steps.Ran.ShouldBe(["first", "second", "second", "third"]);
        (await _engine.FindAsync(id)).WaitingFor.ShouldBeNull();
    }

    [Fact]
    public async Task A_short_wait_is_held_in_memory_and_goes_on_in_the_same_firing()
    {
        _engine.Options.HoldFor = TimeSpan.FromSeconds(30);
        _steps.Second.ThenWaits(TimeSpan.FromSeconds(30));
        var id = await _engine.StartAsync();

        var firing = _engine.RunAsync(id);
        firing.IsCompleted.ShouldBeFalse();
        _engine.Signals.Holds(id).ShouldBeTrue();
        _engine.Time.Advance(TimeSpan.FromSeconds(30));

        (await firing).ShouldBeNull();
        _steps.Ran.ShouldBe(["first", "second", "second", "third"]);
    }

    [Fact]
    public async Task T17_a_wake_ends_a_held_wait_without_the_clock_moving()
    {
        _engine.Options.HoldFor = TimeSpan.FromSeconds(30);
        _steps.Second.ThenWaits(TimeSpan.FromSeconds(30));
        var id = await _engine.StartAsync();
        var firing = _engine.RunAsync(id);
        var before = _engine.Time.GetUtcNow();

        await _engine.WakeAsync(id);

        (await firing).ShouldBeNull();
        _engine.Time.GetUtcNow().ShouldBe(before);
        (await _engine.FindAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task T17_a_wake_of_an_operation_nobody_holds_has_it_taken()
    {
        _steps.First.ThenWaits(TimeSpan.FromHours(1));
        var id = await _engine.StartAsync();
        await _engine.RunAsync(id);
        await _engine.Signals.UntilDueAsync(CancellationToken.None);
        _engine.Signals.IsDue.ShouldBeFalse("its start was heard, and nothing was said since");

        await _engine.WakeAsync(id);

        _engine.Signals.IsDue.ShouldBeTrue();
        (await _engine.RunAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task T17_a_wake_while_the_step_looks_makes_it_look_again()
    {
        string? id = null;
        _steps.First.Then(async (_, context, _) =>
        {
            // It looked, saw nothing, and only now the thing happens.
            await _engine.WakeAsync(id!);
            return new StepOutcome.Wait(context.Now + TimeSpan.FromHours(1), "phone-home");
        });
        id = await _engine.StartAsync();

        (await _engine.RunAsync(id)).ShouldBeNull();

        _steps.Ran.ShouldBe(["first", "first", "second", "third"]);
    }

    [Fact]
    public async Task T12_O7_pauses_between_retries_double_up_to_the_cap()
    {
        _engine.Entropy.Fixed = 255;
        (await PausesAsync(8)).ShouldBe([1, 2, 4, 8, 16, 30, 30, 30]);
    }

    [Fact]
    public async Task O7_jitter_takes_away_half_of_a_pause_at_most()
    {
        _engine.Entropy.Fixed = 0;
        (await PausesAsync(8)).ShouldBe([0.5, 1, 2, 4, 8, 15, 15, 15]);
    }

    [Fact]
    public async Task A_retry_says_that_it_is_not_the_first_attempt_and_its_error_is_forgotten_once_it_worked()
    {
        _steps.First.ThenRetries("no answer");
        _steps.First.ThenRetries("no answer");
        var id = await _engine.StartAsync();
        await _engine.RunAsync(id);
        (await _engine.FindAsync(id)).Error.ShouldBe("no answer");

        var row = await _engine.FinishAsync(id);

        row.Error.ShouldBeNull();
        _steps.Calls.Select(c => (c.Step, c.Attempt, c.IsFirstAttempt)).ShouldBe(
            [("first", 1, true), ("first", 2, false), ("first", 3, false), ("second", 1, true), ("third", 1, true)]);
        (await _engine.TimelineAsync(id)).ShouldBe(["first retrying: no answer", "first done", "second done", "third done"]);
    }

    [Fact]
    public async Task A_step_begun_again_after_a_wait_is_not_on_its_first_attempt()
    {
        _steps.First.ThenWaits(TimeSpan.FromSeconds(5));
        _steps.First.ThenWaits(TimeSpan.FromSeconds(5));
        var id = await _engine.StartAsync();

        await _engine.FinishAsync(id);

        _steps.Calls.Where(c => c.Step == "first").Select(c => c.IsFirstAttempt).ShouldBe([true, false, false]);
    }

    [Fact]
    public async Task An_exception_is_a_retry_unless_somebody_knows_to_read_it()
    {
        _engine.Readers.Add(e => e is FormatException ? new StepOutcome.Wait(_engine.Time.GetUtcNow() + TimeSpan.FromSeconds(7), "room") : null);
        _steps.First.Then((_, _, _) => throw new InvalidOperationException("surprise"));
        _steps.First.Then((_, _, _) => throw new FormatException("known"));
        var id = await _engine.StartAsync();

        await _engine.FinishAsync(id);

        (await _engine.TimelineAsync(id)).Take(2).ShouldBe(["first retrying: InvalidOperationException: surprise", "first waiting: room"]);
    }

    [Fact]
    public async Task A_hanging_step_is_cut_off_at_its_time_limit_and_tried_again()
    {
        _steps.First.Then((_, _, cancellation) => ForeverAsync(cancellation));
        var id = await _engine.StartAsync();

        var firing = _engine.RunAsync(id);
        _engine.Time.Advance(OperationsOptions.StepTimeLimit - TimeSpan.FromSeconds(1));
        firing.IsCompleted.ShouldBeFalse();
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        await firing;

        (await _engine.FindAsync(id)).Error.ShouldBe("Step 'first' did not come back within 90 s.");
        (await _engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task What_a_step_writes_besides_is_written_with_its_outcome()
    {
        _steps.First.Then((trail, _, _) => Task.FromResult(_steps.First.Works(trail) with { Also = t => Slipway.Storage.Settings.SetAsync(t, "made", "yes") }));
        var id = await _engine.StartAsync();

        await _engine.FinishAsync(id);

        (await new Slipway.Storage.Settings(_engine.Database).FindAsync("made")).ShouldBe("yes");
    }

    [Fact]
    public void The_time_limits_nest()
    {
        OperationsOptions.HttpTimeLimit.ShouldBeLessThan(OperationsOptions.SshTimeLimit);
        OperationsOptions.SshTimeLimit.ShouldBeLessThan(OperationsOptions.StepTimeLimit);
        OperationsOptions.StepTimeLimit.ShouldBeLessThan(OperationsOptions.Lease, "otherwise a step could be taken over while it runs");
        OperationsOptions.StepTimeLimit.ShouldBeLessThan(OperationsOptions.Drain, "otherwise a stopping server would cut a step off");
        OperationsOptions.Drain.ShouldBeLessThan(OperationsOptions.Lease);
        new OperationsOptions().HoldFor.ShouldBeLessThanOrEqualTo(OperationsOptions.Drain);
    }

    [Fact]
    public void A_step_is_named_after_its_type() => _steps.UndoFirst.Name.ShouldBe("undo-first");

    private async Task<List<double>> PausesAsync(int count)
    {
        _steps.First.Always = _ => new StepOutcome.Retry("no answer");
        var id = await _engine.StartAsync();
        var pauses = new List<double>();
        while (pauses.Count < count)
        {
            var pause = (await _engine.RunAsync(id)).ShouldNotBeNull() - _engine.Time.GetUtcNow();
            // The rows keep milliseconds.
            pauses.Add(Math.Round(pause.TotalSeconds, 2));
            _engine.Time.Advance(pause);
        }

        return pauses;
    }

    private static async Task<StepOutcome> ForeverAsync(CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        throw new InvalidOperationException("forever is over");
    }
}
