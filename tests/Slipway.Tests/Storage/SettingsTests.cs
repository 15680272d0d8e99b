using Slipway.Storage;

namespace Slipway.Tests.Storage;

public abstract class SettingsTests(ITestStore store) : StoreSuite(store)
{
    [Fact]
    public async Task A_fact_is_made_once_and_kept()
    {
        var settings = new Settings(Database);

        (await settings.GetOrAddAsync("id", () => "one")).ShouldBe("one");
        (await settings.GetOrAddAsync("id", () => "two")).ShouldBe("one");
        (await settings.FindAsync("id")).ShouldBe("one");
        (await settings.FindAsync("other")).ShouldBeNull();
    }

    [Fact]
    public async Task Trap4_of_eight_that_make_a_fact_at_once_all_get_the_same()
    {
        await using var other = new Database(Options);
        Settings[] settings = [new(Database), new(other)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => settings[i % 2].GetOrAddAsync("id", () => $"made by {i}"))));

        answers.Distinct().ShouldHaveSingleItem();
        (await CountAsync("settings")).ShouldBe(1);
    }

    [Fact]
    public async Task Setting_a_fact_replaces_it()
    {
        await Database.WriteAsync(transaction => Settings.SetAsync(transaction, "id", "one"));
        await Database.WriteAsync(transaction => Settings.SetAsync(transaction, "id", "two"));

        (await new Settings(Database).FindAsync("id")).ShouldBe("two");
    }
}

public sealed class SettingsOnSqliteTests() : SettingsTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class SettingsOnPostgresTests(PostgresServer server) : SettingsTests(new PostgresStore(server));
