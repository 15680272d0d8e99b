using Slipway.Operations;

namespace Slipway.Tests.Operations;

/// <summary>Why an operation is where it is, as an operator reads it.</summary>
public sealed class ExplainTests
{
    private readonly ThreeSteps _steps = new();

    [Fact]
    public async Task A_wait_says_what_for_since_when_when_it_looks_again_and_which_limit_ends_it()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(deadline: TimeSpan.FromMinutes(30)));
        _steps.Second.Always = context => new StepOutcome.Wait(context.Now + TimeSpan.FromMinutes(1), "The machine boots.");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);
        engine.Time.Advance(TimeSpan.FromSeconds(20));

        var explanation = await ExplainAsync(engine, id);

        (explanation.Step, explanation.WaitingFor, explanation.Since).ShouldBe(("second", "The machine boots.", engine.Time.GetUtcNow() - TimeSpan.FromSeconds(20)));
        explanation.NextTryAt.ShouldBe(engine.Time.GetUtcNow() + TimeSpan.FromSeconds(40));
        explanation.GivesUpAt.ShouldBe(engine.Time.GetUtcNow() + TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(20));
        explanation.Sentences.ShouldBe(
        [
            "'three-steps' of subject-1 is at step 2 of 3.",
            "It has been at 'second' for 20.0 s, since 2026-11-21 09:00:00Z.",
            "It waits: The machine boots.",
            "It is tried next in 40.0 s, at 2026-11-21 09:01:00Z, or as soon as something it waits for happens.",
            "If that does not help by 2026-11-21 09:10:00Z, in 9 m 40 s, it turns round and takes back what it made: the limit of the step, 10 m 00 s.",
            "No 'three-steps' has ever got 'second' done here, so there is nothing to compare with.",
        ]);
    }

    [Fact]
    public async Task O2_how_long_the_step_took_before_is_told_as_p50_and_p95()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        for (var run = 1; run <= 20; run++)
        {
            _steps.Second.ThenWaits(TimeSpan.FromSeconds(run));
            await engine.FinishAsync(await engine.StartAsync());
        }

        _steps.Second.ThenWaits(TimeSpan.FromHours(1));
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        var explanation = await ExplainAsync(engine, id);

        (explanation.P50, explanation.P95, explanation.Samples).ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(19), 20));
        explanation.Sentences[^1].ShouldBe("Here 'second' took 10.0 s at p50 and 19.0 s at p95, of the last 20 that got it done.");
    }

    [Fact]
    public async Task A_try_that_failed_is_told_with_its_error_and_the_deadline_if_that_comes_first()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(deadline: TimeSpan.FromMinutes(5)));
        _steps.First.ThenRetries("Hetzner says 503");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        var explanation = await ExplainAsync(engine, id);

        explanation.LastError.ShouldBe("Hetzner says 503");
        explanation.Sentences.ShouldContain("Last error, at try 1: Hetzner says 503");
        explanation.Sentences.ShouldContain(s => s.Contains("09:05:00Z", StringComparison.Ordinal) && s.EndsWith("the deadline of the whole operation, 5 m 00 s after its start.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task O5_an_undo_says_why_it_turned_round_what_keeps_it_and_that_it_never_gives_up()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        _steps.Second.ThenFails("no such image");
        _steps.UndoFirst.ThenRetries("the server is locked");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        var explanation = await ExplainAsync(engine, id);

        explanation.Step.ShouldBe("undo-first");
        explanation.GivesUpAt.ShouldBeNull();
        explanation.Sentences.ShouldContain("'three-steps' of subject-1 turned round and takes back what it made. The reason: no such image");
        explanation.Sentences.ShouldContain("What keeps it there: the server is locked");
        explanation.Sentences.ShouldContain("No deadline applies: what has to go is tried for ever.");
    }

    [Theory]
    [InlineData(true, "turns round before its next try: not wanted")]
    [InlineData(false, "This plan finishes first.")]
    public async Task A_wish_to_cancel_is_told(bool cancellable, string words)
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan(cancellable: cancellable));
        _steps.First.ThenWaits(TimeSpan.FromHours(1));
        var id = await engine.StartAsync();
        await engine.RunAsync(id);
        await engine.CancelAsync(id);

        (await ExplainAsync(engine, id)).Sentences.ShouldContain(s => s.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_whose_step_runs_and_one_that_nobody_takes_are_told_apart()
    {
        await using var engine = await TestEngine.CreateAsync(_steps.Plan());
        var id = await engine.StartAsync();
        (await ExplainAsync(engine, id)).Sentences.ShouldContain(s => s.StartsWith("It has been due since 2026-11-21 09:00:00Z", StringComparison.Ordinal));
        IReadOnlyList<string> during = [];
        _steps.First.Then(async (trail, _, _) =>
        {
            during = (await ExplainAsync(engine, id)).Sentences;
            return _steps.First.Works(trail);
        });

        await engine.FinishAsync(id);

        during.ShouldContain(s => s.StartsWith("The step runs at this moment", StringComparison.Ordinal));
        (await ExplainAsync(engine, id)).Sentences.ShouldBe(["'three-steps' of subject-1 succeeded at 2026-11-21 09:00:00Z, after 0.0 s.", "Nothing more happens to it."]);
        (await engine.Explainer.ExplainAsync("op-none")).ShouldBeNull();
    }

    private static async Task<Explanation> ExplainAsync(TestEngine engine, string id) => (await engine.Explainer.ExplainAsync(id)).ShouldNotBeNull();
}
