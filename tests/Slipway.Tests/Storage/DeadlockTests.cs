using Slipway.Storage;

namespace Slipway.Tests.Storage;

/// <summary>What only a database with several writers can do to a transaction.</summary>
[Collection(PostgresTests.Name)]
public sealed class DeadlockTests(PostgresServer server) : StoreSuite(new PostgresStore(server))
{
    [Fact]
    public async Task Of_two_transactions_that_block_each_other_both_are_done_in_the_end()
    {
        await Database.WriteAsync(async t =>
        {
            await Settings.SetAsync(t, "a", "");
            await Settings.SetAsync(t, "b", "");
        });
        var (hasA, hasB) = (new TaskCompletionSource(), new TaskCompletionSource());
        var committed = 0;

        await Task.WhenAll(
            AppendAsync("a", "b", "1", hasA, hasB.Task),
            AppendAsync("b", "a", "2", hasB, hasA.Task)).WaitAsync(TimeSpan.FromSeconds(60));

        foreach (var name in new[] { "a", "b" })
        {
            string.Concat((await new Settings(Database).FindAsync(name))!.Order()).ShouldBe("12", "each transaction is done once, whole");
        }

        committed.ShouldBe(2, "what belongs after the commit runs once, not for each try");

        Task AppendAsync(string first, string second, string text, TaskCompletionSource has, Task other) => Task.Run(() => Database.WriteAsync(async t =>
        {
            t.AfterCommit(() => Interlocked.Increment(ref committed));
            await t.ExecuteAsync("UPDATE settings SET value = value || @text WHERE name = @first", new { text, first });
            has.TrySetResult();
            await other;
            await t.ExecuteAsync("UPDATE settings SET value = value || @text WHERE name = @second", new { text, second });
        }));
    }
}
