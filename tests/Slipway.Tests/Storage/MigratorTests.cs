using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Tests.Storage;

public abstract class MigratorTests(ITestStore store) : StoreSuite(store)
{
    private protected override bool Migrated => false;

    private IReadOnlyList<MigrationScript> Scripts => MigrationScript.ReadAll(Database.Dialect.Migrations);

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
        await new Migrator(Database, Time).MigrateAsync();
        await new Migrator(Database, Time, [.. Scripts, new MigrationScript(999, "V999_later.sql", "CREATE TABLE later (id TEXT)", CompatibleWith: null)]).MigrateAsync();

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => new Migrator(Database, Time).MigrateAsync());

        refusal.Message.ShouldContain("schema version 999, which needs a build that knows 999");
        refusal.Message.ShouldContain("start the newer build");
        (await CountAsync("later")).ShouldBe(0, "it is still there");
    }

    [Fact]
    public async Task An_older_build_goes_on_while_the_schema_is_only_expanded()
    {
        var newest = Scripts[^1].Version;
        MigrationScript expand = new(newest + 1, "expand", "ALTER TABLE operations ADD COLUMN extra TEXT", CompatibleWith: newest);
        MigrationScript contract = new(newest + 2, "contract", "ALTER TABLE operations DROP COLUMN extra", CompatibleWith: newest + 1);
        var (old, next, last) = (new Migrator(Database, Time), new Migrator(Database, Time, [.. Scripts, expand]), new Migrator(Database, Time, [.. Scripts, expand, contract]));
        await old.MigrateAsync();

        (await next.MigrateAsync()).ShouldBe(1);
        (await old.MigrateAsync()).ShouldBe(0, "a rolling restart: the old one still starts");
        (await last.MigrateAsync()).ShouldBe(1);
        (await next.MigrateAsync()).ShouldBe(0);

        (await Should.ThrowAsync<InvalidOperationException>(() => old.MigrateAsync())).Message.ShouldContain($"needs a build that knows {newest + 1}");
    }

    [Fact]
    public async Task A_build_without_the_nodes_goes_on_beside_them()
    {
        var older = Scripts.Where(s => s.Version <= 4).ToList();
        await new Migrator(Database, Time, older).MigrateAsync();
        await Database.WriteAsync(t => OperationStore.InsertAsync(t, NewOperation()));

        await new Migrator(Database, Time).MigrateAsync();

        Scripts.Single(s => s.Version == 6).CompatibleWith.ShouldBe(4);
        // What the older build writes: it knows neither the column nor the table.
        (await Database.WriteAsync(t => t.ExecuteAsync("UPDATE operations SET epoch = epoch + 1, lease_until = 1, due_at = 1 WHERE id = 'op-1'"))).ShouldBe(1);
        (await new OperationStore(Database, Alone, Time).ClaimAsync("op-1")).ShouldNotBeNull().LeaseBy.ShouldBe("alone");
    }

    [Fact]
    public async Task A_script_that_was_skipped_is_made_up_for()
    {
        var late = Scripts[1];
        await new Migrator(Database, Time, [.. Scripts.Where(s => s.Version is 1)]).MigrateAsync();

        (await new Migrator(Database, Time, [Scripts[0], .. Scripts.Skip(2).Take(0), late]).MigrateAsync()).ShouldBe(1);
        (await new Migrator(Database, Time).MigrateAsync()).ShouldBe(Scripts.Count - 2);
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
