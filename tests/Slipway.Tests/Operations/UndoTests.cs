using Slipway.Operations;

namespace Slipway.Tests.Operations;

/// <summary>An operation on its way back: failures, cancel wishes, deadlines.</summary>
public sealed class UndoTests
{
    private readonly ThreeSteps _steps = new();

    [Fact]
    public async Task O5_a_failure_takes_back_all_in_reverse_beginning_with_the_step_that_failed()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Third.ThenFails("no such image");
        var id = await engine.StartAsync();

        var row = await engine.FinishAsync(id);

        _steps.Ran.ShouldBe(["first", "second", "third", "undo-third", "undo-first"]);
        row.Result.ShouldBe(OperationResult.Undone);
        row.Error.ShouldBe("no such image");
        (await engine.TimelineAsync(id)).ShouldBe(
            ["first done", "second done", "third failed: no such image", "undo-third undone", "undo-first undone"]);
    }

    [Fact]
    public async Task O5_a_step_without_an_undo_is_passed_over_on_the_way_back()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Second.ThenFails("no");

        await engine.FinishAsync(await engine.StartAsync());

        _steps.Ran.ShouldBe(["first", "second", "undo-first"]);
    }

    [Fact]
    public async Task A_failure_with_nothing_made_before_it_ends_at_once()
    {
        var plan = new Plan<Trail>("bare", 1, TrailJson.Default.Trail, (_, _) => Trail.Empty, [new(_steps.Second)]);
        await using var engine = await TestEngine.CreateAsync(plan);
        _steps.Second.ThenFails("no");

        var row = await engine.FinishAsync(await engine.StartAsync("bare"));

        row.Result.ShouldBe(OperationResult.Undone);
        row.Error.ShouldBe("no");
    }

    [Fact]
    public async Task O5_an_undo_that_fails_is_tried_for_ever_and_the_operation_stays_open()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.First.ThenFails("no such image");
        _steps.UndoFirst.Always = _ => new StepOutcome.Fail("the server cannot be deleted");
        var id = await engine.StartAsync();

        for (var day = 0; day < 40; day++)
        {
            (await engine.RunAsync(id)).ShouldBe(engine.Time.GetUtcNow() + engine.Options.RetryCap);
            engine.Time.Advance(TimeSpan.FromDays(1));
        }

        var row = await engine.FindAsync(id);
        row.Result.ShouldBeNull();
        row.Direction.ShouldBe(Direction.Undoing);
        _steps.Calls.Count(c => c.Step == "undo-first").ShouldBe(40);
        (await engine.TimelineAsync(id)).ShouldBe(["first failed: no such image", "undo-first failed: the server cannot be deleted"], "the same trouble again is not news");

        _steps.UndoFirst.Always = null;
        (await engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Undone);
    }

    [Fact]
    public async Task The_reason_for_going_back_outlives_trouble_on_the_way_back()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Third.ThenFails("no such image");
        _steps.UndoThird.ThenRetries("locked");
        _steps.UndoThird.ThenRetries("locked");
        _steps.UndoFirst.ThenFails("refused");
        var id = await engine.StartAsync();

        var row = await engine.FinishAsync(id);

        row.Error.ShouldBe("no such image", "what the customer is told is why the order failed");
        (await engine.TimelineAsync(id)).ShouldBe(
            [
                "first done", "second done", "third failed: no such image", "undo-third retrying: locked", "undo-third undone",
                "undo-first failed: refused", "undo-first undone",
            ]);
    }

    [Fact]
    public async Task T10_a_cancel_turns_a_cancellable_plan_before_its_next_step()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(cancellable: true));
        _steps.Second.ThenWaits(TimeSpan.FromHours(1));
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        await engine.CancelAsync(id, "The agent is to be destroyed.");
        (await engine.RunAsync(id)).ShouldBeNull("a cancel wakes the operation");

        _steps.Ran.ShouldBe(["first", "second", "undo-first"]);
        var row = await engine.FindAsync(id);
        row.Result.ShouldBe(OperationResult.Undone);
        row.Error.ShouldBe("The agent is to be destroyed.");
        (await engine.TimelineAsync(id)).ShouldBe(["first done", "second waiting: something", "second cancelled: The agent is to be destroyed.", "undo-first undone"]);
    }

    [Fact]
    public async Task T10_a_cancel_during_a_step_lets_the_step_finish_and_then_takes_it_back()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(cancellable: true));
        string? id = null;
        _steps.First.Then(async (trail, _, _) =>
        {
            await engine.CancelAsync(id!);
            return _steps.First.Works(trail);
        });
        id = await engine.StartAsync();

        (await engine.RunAsync(id)).ShouldBeNull();

        _steps.Ran.ShouldBe(["first", "undo-first"]);
    }

    [Fact]
    public async Task A_plan_that_cannot_be_cancelled_finishes()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Second.ThenWaits(TimeSpan.FromHours(1));
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        await engine.CancelAsync(id);

        (await engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
        _steps.Ran.ShouldNotContain("undo-first");
    }

    [Fact]
    public async Task A_cancel_on_the_way_back_changes_nothing()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(cancellable: true));
        _steps.First.ThenFails("no such image");
        _steps.UndoFirst.ThenWaits(TimeSpan.FromSeconds(5));
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        await engine.CancelAsync(id);

        var row = await engine.FinishAsync(id);
        row.Error.ShouldBe("no such image");
        _steps.Ran.ShouldBe(["first", "undo-first", "undo-first"]);
    }

    [Fact]
    public async Task Patience_ends_a_step_that_waits_too_long()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Second.LimitOfPatience = TimeSpan.FromMinutes(3);
        _steps.Second.Always = context => new StepOutcome.Wait(context.Now + TimeSpan.FromMinutes(2), "phone-home");
        var id = await engine.StartAsync();
        var start = engine.Time.GetUtcNow();

        var row = await engine.FinishAsync(id);

        row.Result.ShouldBe(OperationResult.Undone);
        row.Error.ShouldBe("Step 'second' did not finish within 180 s. Last seen: phone-home");
        _steps.Calls.Where(c => c.Step == "second").Select(c => (c.At - start).TotalMinutes).ShouldBe([0, 2, 3], "it looks once more exactly when its time is over");
    }

    [Fact]
    public async Task Patience_ends_a_step_that_only_retries()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Second.Always = _ => new StepOutcome.Retry("no answer");

        var row = await engine.FinishAsync(await engine.StartAsync());

        row.Result.ShouldBe(OperationResult.Undone);
        row.Error.ShouldBe("Step 'second' did not finish within 600 s. Last seen: no answer");
        (row.FinishedAt - row.CreatedAt)!.Value.ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task The_deadline_ends_a_plan_whose_steps_are_each_in_time()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(deadline: TimeSpan.FromMinutes(10)));
        _steps.First.ThenWaits(TimeSpan.FromMinutes(6));
        _steps.Second.Always = context => new StepOutcome.Wait(context.Now + TimeSpan.FromMinutes(3), "health");

        var row = await engine.FinishAsync(await engine.StartAsync());

        row.Error.ShouldBe("'three-steps' did not finish within 10 min; it was at 'second'. Last seen: health");
        (row.FinishedAt - row.CreatedAt).ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task T10_a_control_plane_that_was_dead_for_a_day_looks_once_more_before_it_gives_up()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(deadline: TimeSpan.FromMinutes(30)));
        _steps.First.ThenWaits(TimeSpan.FromMinutes(1), "phone-home");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        engine.Time.Advance(TimeSpan.FromDays(1));
        (await engine.RunAsync(id)).ShouldBeNull();

        _steps.Ran.ShouldBe(["first", "first", "second", "third"]);
        (await engine.FindAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task A_plan_that_only_takes_away_never_gives_up()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(neverGivesUp: true, cancellable: true, deadline: TimeSpan.FromMinutes(1)));
        _steps.Second.Always = _ => new StepOutcome.Fail("still attached");
        var id = await engine.StartAsync();

        for (var day = 0; day < 10; day++)
        {
            (await engine.RunAsync(id)).ShouldBe(engine.Time.GetUtcNow() + engine.Options.RetryCap);
            engine.Time.Advance(TimeSpan.FromDays(1));
        }

        var row = await engine.FindAsync(id);
        row.Result.ShouldBeNull();
        row.Direction.ShouldBe(Direction.Forward);
        row.Error.ShouldBe("still attached");

        _steps.Second.Always = null;
        (await engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
        _steps.Ran.ShouldNotContain("undo-first");
    }

    [Fact]
    public async Task A_plan_that_only_takes_away_is_not_turned_by_a_wish_to_cancel()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(neverGivesUp: true));
        _steps.Second.ThenRetries("no answer");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);
        await engine.CancelAsync(id);

        (await engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Succeeded);
    }
}
