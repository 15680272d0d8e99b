using Slipway.Storage;

namespace Slipway.Tests.Storage;

public abstract class MigratorTests(ITestStore store) : StoreSuite(store)
{
    private protected override bool Migrated => false;

    [Fact]
    public async Task An_empty_database_gets_every_script_once()
    {
        var migrator = new Migrator(Database, Time);

        var applied = await migrator.MigrateAsync();

        applied.ShouldBeGreaterThanOrEqualTo(3);
        (await CountAsync("schema_versions")).ShouldBe(applied);
        (await CountAsync("operations")).ShouldBe(0);
        (await CountAsync("machines")).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_start_applies_nothing_and_keeps_the_data()
    {
        var migrator = new Migrator(Database, Time);
        await migrator.MigrateAsync();
        await new Settings(Database).GetOrAddAsync("control-plane", () => "cp-1");

        (await migrator.MigrateAsync()).ShouldBe(0);

        (await new Settings(Database).FindAsync("control-plane")).ShouldBe("cp-1");
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_migrate_once()
    {
        await using var other = new Database(Options);

        var applied = await Task.WhenAll(
            Task.Run(() => new Migrator(Database, Time).MigrateAsync()),
            Task.Run(() => new Migrator(other, Time).MigrateAsync()));

        applied.Order().First().ShouldBe(0);
        (await CountAsync("schema_versions")).ShouldBe(applied.Max());
    }

    [Fact]
    public async Task A_database_of_a_newer_build_is_refused_and_left_alone()
    {
        var migrator = new Migrator(Database, Time);
        await migrator.MigrateAsync();
        await Database.WriteAsync(transaction => transaction.ExecuteAsync("INSERT INTO schema_versions (version, name, applied_at) VALUES (999, 'V999_later.sql', 0)"));

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => migrator.MigrateAsync());

        refusal.Message.ShouldContain("schema version 999");
        refusal.Message.ShouldContain("start the newer build");
    }

    [Fact]
    public async Task A_transaction_that_throws_leaves_nothing_and_runs_nothing_afterwards()
    {
        await new Migrator(Database, Time).MigrateAsync();
        var ran = false;

        await Should.ThrowAsync<InvalidOperationException>(() => Database.WriteAsync(async transaction =>
        {
            transaction.AfterCommit(() => ran = true);
            await Settings.SetAsync(transaction, "a", "b");
            throw new InvalidOperationException("poison");
        }));

        (await CountAsync("settings")).ShouldBe(0);
        ran.ShouldBeFalse();
    }

    [Fact]
    public async Task What_runs_after_a_commit_already_sees_it()
    {
        await new Migrator(Database, Time).MigrateAsync();
        Task<string?>? seen = null;

        await Database.WriteAsync(async transaction =>
        {
            await Settings.SetAsync(transaction, "a", "b");
            transaction.AfterCommit(() => seen = new Settings(Database).FindAsync("a"));
            seen.ShouldBeNull();
        });

        (await seen!).ShouldBe("b");
    }
}

public sealed class MigratorOnSqliteTests() : MigratorTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class MigratorOnPostgresTests(PostgresServer server) : MigratorTests(new PostgresStore(server));
