using System.Diagnostics.Metrics;
using Slipway.Storage;

namespace Slipway.Tests.Storage;

/// <summary>SQLite has one writer: who waits for it while it writes goes with others into the next commit.</summary>
public sealed class GroupCommitTests() : StoreSuite(new SqliteStore())
{
    [Fact]
    public async Task Whoever_waits_while_another_writes_shares_the_next_commit()
    {
        var (first, hold) = await HoldTheWriterAsync();
        using var commits = new CommitCounter();
        var others = Enumerable.Range(0, 10).Select(i => WriteAsync($"other-{i}")).ToList();

        hold.SetResult();
        await Task.WhenAll([first, .. others]);

        commits.Count.ShouldBe(2);
        (await NamesAsync()).Count.ShouldBe(11);
    }

    [Fact]
    public async Task One_that_fails_takes_nobody_with_it_and_leaves_nothing_of_its_own()
    {
        var (first, hold) = await HoldTheWriterAsync();
        var before = WriteAsync("before");
        var broken = Database.WriteAsync(async t =>
        {
            await Settings.SetAsync(t, "broken", "");
            throw new InvalidOperationException("It does not want to.");
        });
        var refused = Database.WriteAsync(t => t.ExecuteAsync("INSERT INTO settings (name, value) VALUES ('before', 'again')"));
        var after = WriteAsync("after");

        hold.SetResult();
        await Task.WhenAll(first, before, after);

        (await Should.ThrowAsync<InvalidOperationException>(broken)).Message.ShouldBe("It does not want to.");
        (await Should.ThrowAsync<System.Data.Common.DbException>(refused)).Message.ShouldContain("UNIQUE");
        (await NamesAsync()).ShouldBe(["after", "before", "first"]);
    }

    [Fact]
    public async Task What_is_to_follow_a_commit_follows_only_what_was_written()
    {
        var (first, hold) = await HoldTheWriterAsync();
        var followed = new List<string>();
        var written = Database.WriteAsync(async t =>
        {
            t.AfterCommit(() => followed.Add("written"));
            await Settings.SetAsync(t, "written", "");
        });
        var broken = Database.WriteAsync(t =>
        {
            t.AfterCommit(() => followed.Add("broken"));
            return Task.FromException(new InvalidOperationException());
        });

        hold.SetResult();
        await Task.WhenAll(first, written);
        await Should.ThrowAsync<InvalidOperationException>(broken);

        followed.ShouldBe(["written"]);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_writes_nothing()
    {
        var (first, hold) = await HoldTheWriterAsync();
        using var cancellation = new CancellationTokenSource();
        var given = Database.WriteAsync(t => Settings.SetAsync(t, "given-up", ""), cancellation.Token);
        await cancellation.CancelAsync();

        hold.SetResult();
        await first;

        await Should.ThrowAsync<OperationCanceledException>(given);
        await WriteAsync("next");
        (await NamesAsync()).ShouldBe(["first", "next"]);
    }

    [Fact]
    public async Task A_broken_commit_is_told_to_everyone_in_it()
    {
        var (first, hold) = await HoldTheWriterAsync();
        var one = WriteAsync("one");
        // A foreign key that is looked at only when all is committed.
        var two = Database.WriteAsync(async t =>
        {
            await t.ExecuteAsync("PRAGMA defer_foreign_keys = ON");
            await t.ExecuteAsync("INSERT INTO timeline (operation_id, sequence, at, step, kind) VALUES ('op-none', 1, 0, 'first', 'done')");
        });

        hold.SetResult();
        await first;

        await Should.ThrowAsync<System.Data.Common.DbException>(one);
        await Should.ThrowAsync<System.Data.Common.DbException>(two);
        (await NamesAsync()).ShouldBe(["first"]);
    }

    [Fact]
    public async Task A_kept_statement_sees_a_changed_schema()
    {
        const string Read = "SELECT * FROM settings WHERE name = @name";
        await WriteAsync("one");
        (await Database.FirstOrDefaultAsync<Row>(Read, new { name = "one" }))!.Note.ShouldBeNull();

        await Database.WriteAsync(t => t.ExecuteAsync("ALTER TABLE settings ADD COLUMN note TEXT DEFAULT 'new'"));

        (await Database.FirstOrDefaultAsync<Row>(Read, new { name = "one" }))!.Note.ShouldBe("new");
    }

    [Fact]
    public async Task Every_connection_is_as_durable_as_a_paid_order_needs()
    {
        (await Database.FirstOrDefaultAsync<string>("PRAGMA journal_mode")).ShouldBe("wal");
        (await Database.FirstOrDefaultAsync<long>("PRAGMA synchronous")).ShouldBe(2);
        (await Database.FirstOrDefaultAsync<long>("PRAGMA foreign_keys")).ShouldBe(1);
    }

    private async Task<(Task First, TaskCompletionSource Hold)> HoldTheWriterAsync()
    {
        var (begun, hold) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Database.WriteAsync(async t =>
        {
            await Settings.SetAsync(t, "first", "");
            begun.SetResult();
            await hold.Task;
        });
        await begun.Task;
        return (first, hold);
    }

    private Task WriteAsync(string name) => Database.WriteAsync(t => Settings.SetAsync(t, name, ""));

    private Task<IReadOnlyList<string>> NamesAsync() => Database.QueryAsync<string>("SELECT name FROM settings ORDER BY name");

    private sealed record Row
    {
        public required string Name { get; init; }

        public string? Note { get; init; }
    }

    /// <summary>Counts the commits of this process; the suites of SQLite run one after another.</summary>
    private sealed class CommitCounter : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public CommitCounter()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "slipway.database.commits")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _count));
            _listener.Start();
        }

        public int Count => _count;

        public void Dispose() => _listener.Dispose();
    }
}
