using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Storage.Backups;
using Slipway.Testing;

namespace Slipway.Tests.Storage.Backups;

/// <summary>A backup is whole, checked and private; a restore replaces nothing by mistake and changes nothing when it fails. On both databases.</summary>
public abstract class BackupTests(ITestStore store) : StoreSuite(store), IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SecretCipher _cipher = new(new KeyRing(MasterKey.Create()));

    private DatabaseBackup Backup => DatabaseBackup.For(Options, Time);

    private string File => _directory.File("backup");

    [Fact]
    public async Task What_was_committed_before_the_backup_is_back_and_what_came_later_is_not()
    {
        await PutAsync("before");
        await Backup.BackupAsync(File);
        await PutAsync("after");
        var restored = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromHours(1));

        var result = await RestoreAsync();

        result.Replaced.ShouldNotBeNull();
        await using var database = new Database(Options);
        var settings = new Settings(database);
        (await settings.FindAsync("before")).ShouldBe("1");
        (await settings.FindAsync("after")).ShouldBeNull();
        (await RestoreMark.FindAsync(settings)).ShouldBe(restored + TimeSpan.FromHours(1));
        (await new Migrator(database, Time).MigrateAsync()).ShouldBe(0, "the schema came with it");
    }

    [Fact]
    public async Task A_backup_is_taken_while_others_write_and_is_one_moment_of_it()
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await Database.WriteAsync(async t =>
                {
                    await Settings.SetAsync(t, "left", $"{i}");
                    await Settings.SetAsync(t, "right", $"{i}");
                });
            }
        });
        await Backup.BackupAsync(File);
        await stop.CancelAsync();
        await writing;

        await RestoreAsync();

        await using var database = new Database(Options);
        (await new Settings(database).FindAsync("left")).ShouldBe(await new Settings(database).FindAsync("right"));
    }

    [Fact]
    public async Task A_backup_is_its_owners_alone_and_never_written_over_another()
    {
        await Backup.BackupAsync(File);

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        (await Should.ThrowAsync<BackupException>(() => Backup.BackupAsync(File))).Message.ShouldContain("exists already");
        (await System.IO.File.ReadAllBytesAsync(File)).ShouldBe(bytes);
        Directory.GetFiles(_directory.Path).ShouldHaveSingleItem("nothing half-written is left");
    }

    [Fact]
    public async Task A_database_that_exists_is_replaced_only_by_force_and_never_while_a_server_uses_it()
    {
        await Backup.BackupAsync(File);
        await PutAsync("after");

        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(File, force: false, _ => Task.CompletedTask))).Message.ShouldContain("--force");
        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(File, force: true, _ => Task.CompletedTask))).Message.ShouldContain("A server is using the database");

        (await new Settings(Database).FindAsync("after")).ShouldBe("1");
        (await RestoreMark.FindAsync(new Settings(Database))).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_is_no_sound_backup_is_refused_and_nothing_is_changed()
    {
        await PutAsync("kept");
        await Backup.BackupAsync(File);
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(_directory.File("half"), bytes[..(bytes.Length / 3)]);
        await System.IO.File.WriteAllTextAsync(_directory.File("letter"), "Dear operator, ...");
        await Database.DisposeAsync();

        foreach (var file in (string[])["half", "letter", "missing"])
        {
            await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(_directory.File(file), force: true, _ => Task.CompletedTask));
        }

        await using var database = new Database(Options);
        (await new Settings(database).FindAsync("kept")).ShouldBe("1");
        (await RestoreMark.FindAsync(new Settings(database))).ShouldBeNull();
    }

    [Fact]
    public async Task S1_A_backup_that_the_master_key_does_not_open_is_refused_and_nothing_is_changed()
    {
        await Database.WriteAsync(t => new SecretStore(Database, _cipher, Time).PutAsync(t, "agt-1", "TOKEN", new Secret("hush")));
        await Backup.BackupAsync(File);
        await PutAsync("after");
        await Database.DisposeAsync();
        var other = new SecretCipher(new KeyRing(MasterKey.Create()));

        var refusal = await Should.ThrowAsync<SecretDecryptionException>(
            () => Backup.RestoreAsync(File, force: true, database => SecretStore.CheckAllAsync(database, other)));

        refusal.Message.ShouldContain("secrets/ciphertext/agt-1/TOKEN");
        await using (var database = new Database(Options))
        {
            (await new Settings(database).FindAsync("after")).ShouldBe("1");
        }

        await Backup.RestoreAsync(File, force: true, restored => SecretStore.CheckAllAsync(restored, _cipher));
    }

    [Fact]
    public async Task A_backup_of_a_newer_build_is_refused()
    {
        await Database.WriteAsync(t => t.ExecuteAsync("INSERT INTO schema_versions (version, name, applied_at) VALUES (999, 'V999_later.sql', 0)"));
        await Backup.BackupAsync(File);

        (await Should.ThrowAsync<BackupException>(RestoreAsync)).Message.ShouldContain("schema version 999");
    }

    [Fact]
    public async Task An_empty_place_needs_no_force()
    {
        await PutAsync("before");
        await Backup.BackupAsync(File);
        await EmptyAsync();

        (await Backup.RestoreAsync(File, force: false, _ => Task.CompletedTask)).Replaced.ShouldBeNull();

        await using var database = new Database(Options);
        (await new Settings(database).FindAsync("before")).ShouldBe("1");
    }

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task EmptyAsync();

    private async Task<RestoreResult> RestoreAsync()
    {
        await Database.DisposeAsync();
        return await Backup.RestoreAsync(File, force: true, _ => Task.CompletedTask);
    }

    private Task PutAsync(string name) => Database.WriteAsync(t => Settings.SetAsync(t, name, "1"));
}

public sealed class BackupOnSqliteTests() : BackupTests(new SqliteStore())
{
    [Fact]
    public async Task The_replaced_database_is_whole_beside_the_restored_one()
    {
        await Database.WriteAsync(t => Settings.SetAsync(t, "a", "old"));
        using var directory = new TemporaryDirectory();
        await DatabaseBackup.For(Options, Time).BackupAsync(directory.File("backup"));
        await Database.WriteAsync(t => Settings.SetAsync(t, "a", "new"));
        await Database.DisposeAsync();

        var result = await DatabaseBackup.For(Options, Time).RestoreAsync(directory.File("backup"), force: true, _ => Task.CompletedTask);

        result.Replaced!.ShouldEndWith("slipway.db.before-restore-20261121T090000Z");
        await using var kept = new Database(new StorageOptions { Database = result.Replaced! });
        (await new Settings(kept).FindAsync("a")).ShouldBe("new");
        await using var restored = new Database(Options);
        (await new Settings(restored).FindAsync("a")).ShouldBe("old");
    }

    private protected override async Task EmptyAsync()
    {
        await Database.DisposeAsync();
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            System.IO.File.Delete(Options.Database + suffix);
        }
    }
}

[Collection(PostgresTests.Name)]
public sealed class BackupOnPostgresTests(PostgresServer server) : BackupTests(new PostgresStore(server))
{
    [Fact]
    public async Task The_replaced_tables_are_whole_in_a_schema_of_their_own_and_in_no_later_backup()
    {
        await Database.WriteAsync(t => Settings.SetAsync(t, "a", "old"));
        using var directory = new TemporaryDirectory();
        await DatabaseBackup.For(Options, Time).BackupAsync(directory.File("backup"));
        await Database.WriteAsync(t => Settings.SetAsync(t, "a", "new"));
        await Database.DisposeAsync();

        var result = await DatabaseBackup.For(Options, Time).RestoreAsync(directory.File("backup"), force: true, _ => Task.CompletedTask);

        result.Replaced.ShouldBe("schema before_restore_20261121t090000");
        await using var restored = new Database(Options);
        (await new Settings(restored).FindAsync("a")).ShouldBe("old");
        (await restored.FirstOrDefaultAsync<string>("SELECT value FROM before_restore_20261121t090000.settings WHERE name = 'a'")).ShouldBe("new");
        await DatabaseBackup.For(Options, Time).BackupAsync(directory.File("second"));
        new FileInfo(directory.File("second")).Length.ShouldBeLessThan(new FileInfo(directory.File("backup")).Length * 3 / 2);
    }

    private protected override async Task EmptyAsync()
    {
        await Database.WriteAsync(t => t.ExecuteAsync("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
        await Database.DisposeAsync();
    }
}
