using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Tests.Storage;

/// <summary>What one run of a step may write, and when it may write nothing.</summary>
public abstract class OperationWriteTests(ITestStore store) : StoreSuite(store)
{
    private OperationStore _operations = null!;
    private Operation _claimed = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _operations = new OperationStore(Database, Alone, Time);
        await Database.WriteAsync(t => OperationStore.InsertAsync(t, NewOperation()));
        _claimed = (await _operations.ClaimAsync("op-1"))!;
    }

    [Fact]
    public async Task Going_on_keeps_the_claim_for_the_next_step_under_a_new_epoch()
    {
        Time.Advance(TimeSpan.FromSeconds(3));

        var row = (await WriteAsync(GoOn("second"))).ShouldNotBeNull();

        row.Step.ShouldBe("second");
        row.Epoch.ShouldBe(2);
        row.Attempt.ShouldBe(1);
        row.LeaseUntil.ShouldBe(Time.GetUtcNow() + OperationsOptions.Lease);
        row.StepStartedAt.ShouldBe(Time.GetUtcNow());
        var entry = (await _operations.ReadTimelineAsync("op-1")).ShouldHaveSingleItem();
        entry.ShouldBe(new TimelineEntry { OperationId = "op-1", Sequence = 1, At = Time.GetUtcNow(), Step = "first", Kind = "done", DurationMs = 3000 });
    }

    [Fact]
    public async Task A_write_under_an_old_epoch_writes_nothing_at_all()
    {
        Time.Advance(OperationsOptions.Lease);
        var holder = await _operations.ClaimAsync("op-1");
        var touched = false;

        var row = await WriteAsync(
            Finish(),
            async t =>
            {
                touched = true;
                await Settings.SetAsync(t, "also", "written");
            },
            (_, _) => throw new InvalidOperationException("the end was told to others by one who lost the claim"));

        row.ShouldBeNull();
        touched.ShouldBeFalse();
        (await _operations.FindAsync("op-1")).ShouldBe(holder);
        (await _operations.ReadTimelineAsync("op-1")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_claim_that_went_on_cannot_be_written_a_second_time()
    {
        await WriteAsync(GoOn("second"));

        (await WriteAsync(GoOn("third"))).ShouldBeNull();

        (await _operations.FindAsync("op-1"))!.Step.ShouldBe("second");
    }

    [Fact]
    public async Task The_end_is_written_with_everything_that_belongs_to_it_or_not_at_all()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => WriteAsync(
            Finish(), t => Settings.SetAsync(t, "also", "written"), (_, _) => throw new InvalidOperationException("poison")));

        (await CountAsync("settings")).ShouldBe(0);
        (await _operations.FindAsync("op-1")).ShouldBe(_claimed);
        (await _operations.ReadTimelineAsync("op-1")).ShouldBeEmpty();

        var told = new List<Operation>();
        var row = (await WriteAsync(Finish(), t => Settings.SetAsync(t, "also", "written"), (_, o) => Keep(told, o))).ShouldNotBeNull();

        row.Result.ShouldBe(OperationResult.Succeeded);
        row.FinishedAt.ShouldBe(Time.GetUtcNow());
        row.DueAt.ShouldBeNull();
        row.LeaseUntil.ShouldBeNull();
        told.ShouldBe([row]);
        (await CountAsync("settings")).ShouldBe(1);
    }

    [Fact]
    public async Task A_wait_takes_effect_when_nobody_woke_it()
    {
        var until = Time.GetUtcNow() + TimeSpan.FromMinutes(5);

        var row = (await WriteAsync(Wait(until, "phone-home"))).ShouldNotBeNull();

        row.DueAt.ShouldBe(until);
        row.LeaseUntil.ShouldBeNull();
        row.WaitingFor.ShouldBe("phone-home");
        row.Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task T17_a_wake_during_the_run_makes_the_next_wait_not_hold()
    {
        await Database.WriteAsync(t => _operations.WakeAsync(t, "op-1"));
        Time.Advance(TimeSpan.FromSeconds(1));

        var row = (await WriteAsync(Wait(Time.GetUtcNow() + TimeSpan.FromHours(1), "phone-home"))).ShouldNotBeNull();

        row.DueAt.ShouldBe(Time.GetUtcNow());
        (await _operations.ClaimAsync("op-1")).ShouldNotBeNull();
    }

    [Fact]
    public async Task T17_of_a_wake_and_a_wait_at_the_same_moment_the_wake_is_never_lost()
    {
        await using var other = new Database(Options);
        var waker = new OperationStore(other, Alone, Time);
        for (var round = 0; round < 20; round++)
        {
            var wait = Task.Run(() => WriteAsync(Wait(Time.GetUtcNow() + TimeSpan.FromHours(1), "phone-home")));
            var wake = Task.Run(() => other.WriteAsync(t => waker.WakeAsync(t, "op-1")));
            await Task.WhenAll(wait, wake);

            _claimed = (await _operations.ClaimAsync("op-1")).ShouldNotBeNull($"round {round}: the wake was lost");
        }
    }

    [Fact]
    public async Task A_wait_renewed_for_the_same_reason_is_not_news()
    {
        await WriteAsync(Wait(Time.GetUtcNow(), "phone-home"));
        _claimed = (await _operations.ClaimAsync("op-1"))!;
        await WriteAsync(Wait(Time.GetUtcNow(), "phone-home"));
        _claimed = (await _operations.ClaimAsync("op-1"))!;
        await WriteAsync(Wait(Time.GetUtcNow(), "the other thing"));

        (await _operations.ReadTimelineAsync("op-1")).Select(e => (e.Sequence, e.Message)).ShouldBe([(1, "phone-home"), (2, "the other thing")]);
    }

    [Fact]
    public async Task A_step_that_fails_the_same_way_again_is_not_news()
    {
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(Retry("no answer"));
            _claimed = (await _operations.ClaimAsync("op-1"))!;
        }

        await WriteAsync(Retry("another error"));

        (await _operations.ReadTimelineAsync("op-1")).Select(e => (e.Kind, e.Message)).ShouldBe([("retrying", "no answer"), ("retrying", "another error")]);
    }

    [Fact]
    public async Task The_timeline_counts_up_and_can_be_read_from_a_place()
    {
        foreach (var step in new[] { "second", "third", "fourth" })
        {
            _claimed = (await WriteAsync(GoOn(step) with { TimelineStep = _claimed.Step }))!;
        }

        (await _operations.ReadTimelineAsync("op-1")).Select(e => (e.Sequence, e.Step)).ShouldBe([(1, "first"), (2, "second"), (3, "third")]);
        (await _operations.ReadTimelineAsync("op-1", after: 2)).ShouldHaveSingleItem().Step.ShouldBe("third");
        (await _operations.ReadTimelineAsync("op-2")).ShouldBeEmpty();
    }

    private static Task Keep(List<Operation> told, Operation operation)
    {
        told.Add(operation);
        return Task.CompletedTask;
    }

    private Task<Operation?> WriteAsync(Transition change, Func<Transaction, Task>? also = null, Func<Transaction, Operation, Task>? finished = null) =>
        _operations.WriteAsync(_claimed, change, also, finished ?? ((_, _) => throw new InvalidOperationException("nobody arranged an end")));

    private Transition Change(string kind) => new()
    {
        Step = _claimed.Step,
        Direction = Direction.Forward,
        State = _claimed.State,
        Kind = kind,
        TimelineStep = "first",
    };

    private Transition GoOn(string step) => Change("done") with { Step = step, GoesOn = true, NewStep = true };

    private Transition Finish() => Change("done") with { Result = OperationResult.Succeeded, NewStep = true };

    private Transition Wait(DateTimeOffset until, string why) => Change("waiting") with { Due = until, WaitingFor = why, Message = why, Attempt = 1 };

    private Transition Retry(string error) => Change("retrying") with { Due = Time.GetUtcNow(), Error = error, Message = error, Attempt = _claimed.Attempt };
}

public sealed class OperationWriteOnSqliteTests() : OperationWriteTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class OperationWriteOnPostgresTests(PostgresServer server) : OperationWriteTests(new PostgresStore(server));
