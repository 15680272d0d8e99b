using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Tests.Operations;

/// <summary>Processes that die, stop, hang or run an older build.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private readonly ThreeSteps _steps = new();
    private TestEngine _engine = null!;

    public async Task InitializeAsync() => _engine = await TestEngine.CreateAsync(_steps.Plan());

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task Trap1_a_step_whose_process_died_runs_again_and_knows_that_it_may_have_made_something()
    {
        var id = await _engine.StartAsync();
        // The process claims, the step makes its thing, and nobody lives to write it down.
        await _engine.Store.ClaimAsync(id);

        (await _engine.RunAsync(id)).ShouldBe(_engine.Time.GetUtcNow() + OperationsOptions.Lease);
        _steps.Calls.ShouldBeEmpty("the dead one's lease still holds");
        _engine.Time.Advance(OperationsOptions.Lease);
        (await _engine.RunAsync(id)).ShouldBeNull();

        _steps.Calls.Select(c => (c.Step, c.IsFirstAttempt)).ShouldBe([("first", false), ("second", true), ("third", true)]);
    }

    [Fact]
    public async Task What_a_dead_process_held_in_memory_is_looked_at_when_the_next_one_starts()
    {
        _steps.First.ThenWaits(TimeSpan.FromMinutes(5));
        var held = await _engine.StartAsync();
        await _engine.RunAsync(held);
        _steps.First.ThenWaits(TimeSpan.FromMinutes(5));
        var waits = await _engine.StartAsync(subject: "subject-2");
        await _engine.RunAsync(waits);
        // As it is while the wait is short enough to be held in memory.
        await _engine.Database.WriteAsync(t => t.ExecuteAsync("UPDATE operations SET lease_by = @node WHERE id = @held", new { node = _engine.Membership.Id, held }));

        var before = await _engine.FindAsync(waits);

        await _engine.Store.TakeOverLeasesAsync(CancellationToken.None);

        (await _engine.FindAsync(held)).DueAt.ShouldBe(_engine.Time.GetUtcNow());
        before.DueAt!.Value.ShouldBeGreaterThan(_engine.Time.GetUtcNow());
        (await _engine.FindAsync(waits)).ShouldBe(before);
    }

    [Fact]
    public async Task T8_a_process_that_was_taken_for_dead_writes_nothing_when_it_comes_back()
    {
        var id = await _engine.StartAsync();
        _steps.First.Then(async (trail, _, _) =>
        {
            _engine.Time.Advance(OperationsOptions.Lease);
            await RunOnOtherNodeAsync(id);
            return _steps.First.Works(trail);
        });

        await _engine.RunAsync(id);

        _steps.Ran.ShouldBe(["first", "first", "second", "third"]);
        (await _engine.TimelineAsync(id)).ShouldBe(["first done", "second done", "third done"]);
        (await _engine.FindAsync(id)).Epoch.ShouldBe(4, "the one who lost the claim raised nothing");
    }

    [Fact]
    public async Task T19_a_stopping_server_finishes_its_step_and_gives_the_claim_back()
    {
        using var stopping = new CancellationTokenSource();
        _steps.First.Then(async (trail, _, cancellation) =>
        {
            await stopping.CancelAsync();
            cancellation.IsCancellationRequested.ShouldBeFalse("a stop does not tear a step apart");
            return _steps.First.Works(trail);
        });
        var id = await _engine.StartAsync();

        (await _engine.RunAsync(id, stopping.Token)).ShouldBe(_engine.Time.GetUtcNow());

        _steps.Ran.ShouldBe(["first"]);
        var row = await _engine.FindAsync(id);
        row.Step.ShouldBe("second");
        row.LeaseUntil.ShouldBeNull();
        row.Attempt.ShouldBe(0);

        (await _engine.RunAsync(id)).ShouldBeNull();
        _steps.Calls.ShouldAllBe(c => c.IsFirstAttempt);
    }

    [Fact]
    public async Task T19_a_stopping_server_claims_nothing()
    {
        var id = await _engine.StartAsync();

        (await _engine.RunAsync(id, new CancellationToken(canceled: true))).ShouldBe(_engine.Time.GetUtcNow());

        (await _engine.FindAsync(id)).Epoch.ShouldBe(0);
    }

    [Fact]
    public async Task T19_a_stopping_server_lets_go_of_what_it_holds_in_memory()
    {
        _engine.Options.HoldFor = TimeSpan.FromSeconds(30);
        _steps.First.ThenWaits(TimeSpan.FromSeconds(20));
        using var stopping = new CancellationTokenSource();
        var id = await _engine.StartAsync();
        var firing = _engine.RunAsync(id, stopping.Token);

        await stopping.CancelAsync();

        (await firing).ShouldBe(_engine.Time.GetUtcNow() + TimeSpan.FromSeconds(20));
        _engine.Signals.Holds(id).ShouldBeFalse();
    }

    [Fact]
    public async Task O3_the_end_and_what_others_keep_of_it_are_one_transaction()
    {
        var projection = new Projection();
        _engine.Projections.Add(projection);
        _steps.Third.Then((trail, _, _) => Task.FromResult(_steps.Third.Works(trail) with { Also = t => Settings.SetAsync(t, "third", "made") }));
        var id = await _engine.StartAsync();
        projection.Poisoned = true;

        await Should.ThrowAsync<InvalidOperationException>(() => _engine.RunAsync(id));

        var row = await _engine.FindAsync(id);
        row.Result.ShouldBeNull();
        row.Step.ShouldBe("third");
        (await _engine.TimelineAsync(id)).ShouldBe(["first done", "second done"]);
        (await new Settings(_engine.Database).FindAsync("third")).ShouldBeNull();
        (await new Settings(_engine.Database).FindAsync("told")).ShouldBeNull();
        _engine.Signals.Holds(id).ShouldBeFalse();

        projection.Poisoned = false;
        _engine.Time.Advance(OperationsOptions.Lease);
        (await _engine.RunAsync(id)).ShouldBeNull();
        (await new Settings(_engine.Database).FindAsync("told")).ShouldBe("Succeeded");
        projection.Told.ShouldBe(2, "once in vain, once for good");
    }

    [Fact]
    public async Task A_state_of_another_version_says_which_build_to_run()
    {
        _steps.First.ThenWaits(TimeSpan.FromSeconds(1));
        var id = await _engine.StartAsync();
        await _engine.RunAsync(id);
        _engine.Time.Advance(TimeSpan.FromSeconds(1));

        await _engine.NewRunner(_steps.Plan(version: 2)).RunAsync(id, default);

        (await _engine.FindAsync(id)).Error.ShouldBe(
            "InvalidOperationException: Plan 'three-steps' has state version 2 and cannot read version 1: run the build that wrote it.");
        _steps.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_state_of_an_older_version_is_read_by_a_plan_that_knows_how()
    {
        var id = await _engine.StartAsync();
        var newer = new Plan<Trail>(
            ThreeSteps.Name, 2, TrailJson.Default.Trail, (_, _) => Trail.Empty, [new(_steps.First)], upcast: (version, _) => new Trail([$"from version {version}"]));

        (await _engine.NewRunner(newer).RunAsync(id, default)).ShouldBeNull();

        (await _engine.FindAsync(id)).State.ShouldBe("""{"version":2,"state":{"Done":["from version 1","first"]}}""");
    }

    [Fact]
    public async Task A_plan_or_a_step_this_build_does_not_know_is_named_and_nothing_is_lost()
    {
        var id = await _engine.StartAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => _engine.NewRunner(_steps.Plan(name: "other")).RunAsync(id, default)))
            .Message.ShouldBe("There is no plan 'three-steps'. Known: other.");

        _engine.Time.Advance(OperationsOptions.Lease);
        (await _engine.RunAsync(id)).ShouldBeNull();
    }

    private async Task RunOnOtherNodeAsync(string id)
    {
        var runner = new OperationRunner(
            _engine.Store, new PlanCatalog([_steps.Plan()]), new OperationSignals(), _engine.Membership, _engine.Options, new FailureReader([]), [], [], _engine.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<OperationRunner>.Instance, _engine.Entropy);
        (await runner.RunAsync(id, default)).ShouldBeNull();
    }

    private sealed class Projection : IOperationProjection
    {
        public bool Poisoned { get; set; }

        public int Told { get; private set; }

        public async Task FinishedAsync(Transaction transaction, Operation operation)
        {
            Told++;
            await Settings.SetAsync(transaction, "told", operation.Result.ToString()!);
            if (Poisoned)
            {
                throw new InvalidOperationException("poison");
            }
        }
    }
}
