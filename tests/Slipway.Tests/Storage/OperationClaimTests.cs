using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Tests.Storage;

/// <summary>Who may run an operation's step, and when: claims, wake-ups and cancel wishes.</summary>
public abstract class OperationClaimTests(ITestStore store) : StoreSuite(store)
{
    private OperationStore _operations = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _operations = new OperationStore(Database, Alone, Time);
        (await InsertAsync(NewOperation())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_claim_raises_epoch_and_attempt_and_already_schedules_the_next_try()
    {
        var claimed = (await _operations.ClaimAsync("op-1")).ShouldNotBeNull();

        claimed.Epoch.ShouldBe(1);
        claimed.Attempt.ShouldBe(1);
        claimed.DueAt.ShouldBe(Time.GetUtcNow() + OperationsOptions.Lease);
        claimed.LeaseUntil.ShouldBe(claimed.DueAt);
        (await _operations.FindAsync("op-1")).ShouldBe(claimed);
        claimed.Direction.ShouldBe(Direction.Forward);
        claimed.Result.ShouldBeNull();
    }

    [Fact]
    public async Task A_crash_needs_no_recovery_the_operation_is_due_again_after_its_lease()
    {
        await _operations.ClaimAsync("op-1");
        Time.Advance(OperationsOptions.Lease - TimeSpan.FromMilliseconds(1));
        (await _operations.ClaimAsync("op-1")).ShouldBeNull();

        Time.Advance(TimeSpan.FromMilliseconds(1));
        var again = (await _operations.ClaimAsync("op-1")).ShouldNotBeNull();

        again.Epoch.ShouldBe(2);
        again.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_due_leased_finished_or_unknown_cannot_be_claimed()
    {
        await InsertAsync(NewOperation("op-later", "agt-2") with { DueAt = Time.GetUtcNow() + TimeSpan.FromSeconds(1) });
        await InsertAsync(NewOperation("op-done", "agt-3"));
        await SetAsync("UPDATE operations SET result = 'Succeeded' WHERE id = 'op-done'");
        await _operations.ClaimAsync("op-1");

        (await _operations.ClaimAsync("op-later")).ShouldBeNull();
        (await _operations.ClaimAsync("op-done")).ShouldBeNull();
        (await _operations.ClaimAsync("op-1")).ShouldBeNull();
        (await _operations.ClaimAsync("op-unknown")).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_nodes_that_claim_at_once_one_wins()
    {
        await using var other = new Database(Options);
        OperationStore[] nodes = [_operations, new(other, Alone, Time)];

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => nodes[i % 2].ClaimAsync("op-1"))));

        claims.Where(c => c is not null).ShouldHaveSingleItem()!.Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task Trap4_a_subject_has_one_unfinished_operation_and_the_index_says_so()
    {
        (await InsertAsync(NewOperation("op-2"))).ShouldBeFalse();
        (await InsertAsync(NewOperation("op-3", "agt-2"))).ShouldBeTrue();
        await SetAsync("UPDATE operations SET result = 'Undone' WHERE id = 'op-1'");
        (await InsertAsync(NewOperation("op-2"))).ShouldBeTrue();

        (await _operations.ListBusyAsync(["agt-1", "agt-2", "agt-9"])).Order().ShouldBe(["agt-1", "agt-2"]);
        (await Database.WriteAsync(t => OperationStore.FindUnfinishedAsync(t, "agt-1")))!.Id.ShouldBe("op-2");
    }

    [Fact]
    public async Task Trap4_of_many_orders_for_one_subject_at_once_one_starts()
    {
        await using var other = new Database(Options);
        Database[] nodes = [Database, other];

        var inserted = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => nodes[i % 2].WriteAsync(t => OperationStore.InsertAsync(t, NewOperation($"op-race-{i}", "agt-race"))))));

        inserted.Count(won => won).ShouldBe(1);
    }

    [Fact]
    public async Task T17_waking_an_idle_operation_makes_it_due_now()
    {
        await InsertAsync(NewOperation("op-later", "agt-2") with { DueAt = Time.GetUtcNow() + TimeSpan.FromHours(1) });

        (await WakeAsync("op-later")).ShouldBeTrue();

        var row = await _operations.FindAsync("op-later");
        row!.DueAt.ShouldBe(Time.GetUtcNow());
        row.Wakes.ShouldBe(1);
    }

    [Fact]
    public async Task T17_waking_a_running_operation_leaves_its_lease_alone()
    {
        var claimed = await _operations.ClaimAsync("op-1");

        (await WakeAsync("op-1")).ShouldBeTrue();

        var row = await _operations.FindAsync("op-1");
        row!.DueAt.ShouldBe(claimed!.DueAt);
        row.Wakes.ShouldBe(1);
        (await _operations.ClaimAsync("op-1")).ShouldBeNull("a second run beside the first would make everything twice");
    }

    [Fact]
    public async Task Waking_what_is_finished_or_unknown_does_nothing()
    {
        await SetAsync("UPDATE operations SET result = 'Succeeded', due_at = NULL WHERE id = 'op-1'");

        (await WakeAsync("op-1")).ShouldBeFalse();
        (await WakeAsync("op-unknown")).ShouldBeFalse();

        var row = await _operations.FindAsync("op-1");
        row!.Wakes.ShouldBe(0);
        row.DueAt.ShouldBeNull();
    }

    [Fact]
    public async Task The_first_wish_to_cancel_counts_and_a_finished_operation_takes_none()
    {
        (await CancelAsync("op-1", "first")).ShouldBeTrue();
        (await CancelAsync("op-1", "second")).ShouldBeFalse();
        (await _operations.FindAsync("op-1"))!.CancelReason.ShouldBe("first");

        await InsertAsync(NewOperation("op-2", "agt-2"));
        await SetAsync("UPDATE operations SET result = 'Succeeded' WHERE id = 'op-2'");
        (await CancelAsync("op-2", "late")).ShouldBeFalse();
    }

    [Fact]
    public async Task T19_a_released_claim_is_due_at_once_and_its_attempt_does_not_count()
    {
        var claimed = (await _operations.ClaimAsync("op-1"))!;

        await _operations.ReleaseAsync(claimed);

        var next = (await _operations.ClaimAsync("op-1")).ShouldNotBeNull();
        next.Attempt.ShouldBe(1);
        next.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task A_release_by_one_who_lost_the_claim_changes_nothing()
    {
        var lost = (await _operations.ClaimAsync("op-1"))!;
        Time.Advance(OperationsOptions.Lease);
        var holder = (await _operations.ClaimAsync("op-1"))!;

        await _operations.ReleaseAsync(lost);

        (await _operations.FindAsync("op-1")).ShouldBe(holder);
    }

    [Fact]
    public async Task Lists_are_newest_first_limited_and_by_subject()
    {
        for (var i = 2; i <= 4; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await InsertAsync(NewOperation($"op-{i}", $"agt-{i}"));
        }

        (await _operations.ListAsync(null, 3)).Select(o => o.Id).ShouldBe(["op-4", "op-3", "op-2"]);
        (await _operations.ListAsync("agt-1", 3)).Select(o => o.Id).ShouldBe(["op-1"]);
        (await _operations.ListWithoutAlarmAsync(Time.GetUtcNow() - TimeSpan.FromSeconds(1), default)).Select(o => o.Id).ShouldBe(["op-1", "op-2", "op-3"]);
    }

    [Fact]
    public async Task What_is_due_and_in_nobodys_hands_is_taken_the_longest_due_first()
    {
        for (var i = 2; i <= 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await InsertAsync(NewOperation($"op-{i}", $"agt-{i}"));
        }

        await SetAsync("UPDATE operations SET lease_by = 'somebody' WHERE id = 'op-1'");
        await SetAsync("UPDATE operations SET due_at = due_at + 60000 WHERE id = 'op-4'");

        var taken = await _operations.ClaimDueAsync(2);

        taken.Select(o => (o.Id, o.Epoch, o.Attempt)).Order().ShouldBe([("op-2", 1, 1), ("op-3", 1, 1)]);
        taken.ShouldAllBe(o => o.LeaseUntil == Time.GetUtcNow() + OperationsOptions.Lease && o.LeaseBy != null);
        (await _operations.ClaimDueAsync(5)).Select(o => o.Id).ShouldBe(["op-5"]);
        (await _operations.ClaimDueAsync(5)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_who_take_at_once_take_each_operation_once()
    {
        for (var i = 2; i <= 60; i++)
        {
            await InsertAsync(NewOperation($"op-{i}", $"agt-{i}"));
        }

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _operations.ClaimDueAsync(5)));

        taken.ShouldAllBe(some => some.Count <= 5);
        var ids = taken.SelectMany(some => some).Select(o => o.Id).ToList();
        ids.ShouldBeUnique();
        ids.Count.ShouldBe(40);
    }

    /// <returns>The next claim after a node died with the operation in its hands and another started.</returns>
    private protected async Task<Operation?> ClaimAfterACrashAndAStartAsync()
    {
        await _operations.ClaimAsync("op-1");
        await _operations.TakeOverLeasesAsync(CancellationToken.None);
        return await _operations.ClaimAsync("op-1");
    }

    private Task<bool> InsertAsync(Operation operation) => Database.WriteAsync(t => OperationStore.InsertAsync(t, operation));

    private async Task<bool> WakeAsync(string id) => await Database.WriteAsync(t => _operations.WakeAsync(t, id)) is not null;

    private Task<bool> CancelAsync(string id, string reason) => Database.WriteAsync(t => OperationStore.CancelAsync(t, id, reason));

    private Task<int> SetAsync(string sql) => Database.WriteAsync(t => t.ExecuteAsync(sql));
}

public sealed class OperationClaimOnSqliteTests() : OperationClaimTests(new SqliteStore())
{
    [Fact]
    public async Task T19_an_only_node_takes_over_at_once_what_it_held_before_it_died()
    {
        var next = (await ClaimAfterACrashAndAStartAsync()).ShouldNotBeNull();

        next.Attempt.ShouldBe(2, "the step may have made something before the crash");
        next.Epoch.ShouldBe(2);
    }
}

[Collection(PostgresTests.Name)]
public sealed class OperationClaimOnPostgresTests(PostgresServer server) : OperationClaimTests(new PostgresStore(server))
{
    [Fact]
    public async Task T19_a_node_among_others_leaves_alone_what_another_may_be_running() =>
        (await ClaimAfterACrashAndAStartAsync()).ShouldBeNull();
}
