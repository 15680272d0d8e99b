using Slipway.Machines.Reconcile;
using Slipway.Storage;
using Slipway.Storage.Backups;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines.Reconcile;

/// <summary>One round at a time among all servers, and what rounds remember, on both databases.</summary>
public abstract class ReconcileStoreTests(ITestStore store) : StoreSuite(store)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Of_eight_servers_whose_timers_fire_at_once_one_runs_the_round()
    {
        await using var other = new Database(Options);
        ReconcileStore[] stores = [new(Database, Time), new(other, Time)];

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => stores[i % 2].ClaimAsync(onDemand: i % 3 == 0, Every, CancellationToken.None))));

        claims.Where(c => c is not null).ShouldBe([1]);
    }

    [Fact]
    public async Task A_finished_round_is_followed_when_the_next_is_due_or_asked_for()
    {
        var rounds = new ReconcileStore(Database, Time);
        (await rounds.ClaimAsync(onDemand: false, Every, CancellationToken.None)).ShouldBe(1);
        await rounds.ReleaseAsync(1);

        (await rounds.ClaimAsync(onDemand: false, Every, CancellationToken.None)).ShouldBeNull();
        (await rounds.ClaimAsync(onDemand: true, Every, CancellationToken.None)).ShouldBe(2);
        await rounds.ReleaseAsync(2);
        Time.Advance(Every);
        (await rounds.NextRoundAsync(CancellationToken.None)).ShouldBe(3);
        (await rounds.ClaimAsync(onDemand: false, Every, CancellationToken.None)).ShouldBe(3);
    }

    [Fact]
    public async Task A_round_whose_server_died_is_given_up_after_a_while_and_its_late_release_frees_nobody_elses()
    {
        var rounds = new ReconcileStore(Database, Time);
        await rounds.ClaimAsync(onDemand: true, Every, CancellationToken.None);
        Time.Advance(ReconcileStore.Claim - TimeSpan.FromSeconds(1));
        (await rounds.ClaimAsync(onDemand: true, Every, CancellationToken.None)).ShouldBeNull();
        Time.Advance(TimeSpan.FromSeconds(1));
        (await rounds.ClaimAsync(onDemand: true, Every, CancellationToken.None)).ShouldBe(2);

        await rounds.ReleaseAsync(1);

        (await rounds.ClaimAsync(onDemand: true, Every, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_quarantine_is_kept_renewed_and_forgotten()
    {
        var rounds = new ReconcileStore(Database, Time);
        var row = new QuarantineRow { Kind = "server", ResourceId = "42", Name = "agt-1", Since = Time.GetUtcNow(), FirstRound = 1 };
        await Database.WriteAsync(t => ReconcileStore.PutQuarantinedAsync(t, row));
        await Database.WriteAsync(t => ReconcileStore.PutQuarantinedAsync(t, row with { Kind = "volume" }));
        await Database.WriteAsync(t => ReconcileStore.SetRemovedAsync(t, row, Time.GetUtcNow()));
        (await rounds.ListQuarantinedAsync(CancellationToken.None)).ShouldBe([row with { RemovedAt = Time.GetUtcNow() }, row with { Kind = "volume" }], ignoreOrder: true);

        Time.Advance(Every);
        var renewed = row with { Since = Time.GetUtcNow(), FirstRound = 2 };
        await Database.WriteAsync(t => ReconcileStore.PutQuarantinedAsync(t, renewed));
        (await rounds.ListQuarantinedAsync(CancellationToken.None)).ShouldContain(renewed);

        await Database.WriteAsync(t => ReconcileStore.DeleteQuarantinedAsync(t, row));
        (await rounds.ListQuarantinedAsync(CancellationToken.None)).ShouldHaveSingleItem().Kind.ShouldBe("volume");
    }

    [Fact]
    public async Task A_restore_is_remembered_until_it_has_caught_up()
    {
        var settings = new Settings(Database);
        (await RestoreMark.FindAsync(settings)).ShouldBeNull();

        await Database.WriteAsync(t => RestoreMark.SetAsync(t, Time.GetUtcNow()));
        (await RestoreMark.FindAsync(settings)).ShouldBe(Time.GetUtcNow());

        Time.Advance(Every);
        await Database.WriteAsync(t => RestoreMark.AcceptAsync(t, Time.GetUtcNow()));
        (await RestoreMark.FindAsync(settings)).ShouldBeNull();
        (await RestoreMark.LastAsync(settings)).ShouldBe(Time.GetUtcNow() - Every);

        Time.Advance(Every);
        await Database.WriteAsync(t => RestoreMark.SetAsync(t, Time.GetUtcNow()));
        (await RestoreMark.FindAsync(settings)).ShouldBe(Time.GetUtcNow(), "it was restored once more");
    }
}

public sealed class ReconcileStoreOnSqliteTests() : ReconcileStoreTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class ReconcileStoreOnPostgresTests(PostgresServer server) : ReconcileStoreTests(new PostgresStore(server));
