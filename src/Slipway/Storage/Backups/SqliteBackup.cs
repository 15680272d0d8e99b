using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Slipway.Storage.Backups;

/// <summary>SQLite: <c>VACUUM INTO</c> reads one moment of the database while others write; a restore is a file put in place of another.</summary>
internal sealed class SqliteBackup(StorageOptions options, TimeProvider time) : DatabaseBackup
{
    private readonly string _path = Path.GetFullPath(options.Database);

    private protected override async Task WriteAsync(string draft, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            throw new BackupException($"There is no database {_path}. Set Database to the one the server uses.");
        }

        await using (var connection = await OpenAsync(_path, cancellationToken))
        {
            await ExecuteAsync(connection, "VACUUM INTO $file", draft, cancellationToken);
        }

        await CheckIntegrityAsync(draft, draft, cancellationToken);
    }

    private protected override async Task<RestoreResult> ReplaceAsync(string file, bool force, Func<Database, Task> check, CancellationToken cancellationToken)
    {
        if (File.Exists(_path) && !force)
        {
            throw new BackupException($"The database {_path} exists. {NoForce}");
        }

        // Everything is done to a copy: neither the backup nor the database is touched by what fails.
        var copy = _path + ".restoring";
        try
        {
            Delete(copy);
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.Copy(file, copy);
            await CheckIntegrityAsync(copy, file, cancellationToken);
            await using (var database = new Database(new StorageOptions { Database = copy }))
            {
                await CheckSchemaAsync(database, file);
                await check(database);
                await database.WriteAsync(transaction => RestoreMark.SetAsync(transaction, time.GetUtcNow()), cancellationToken);
            }

            await SettleAsync(copy, cancellationToken);
            return new RestoreResult(await SwapAsync(copy, cancellationToken));
        }
        finally
        {
            Delete(copy);
        }
    }

    private async Task<string?> SwapAsync(string copy, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            File.Move(copy, _path, overwrite: false);
            return null;
        }

        try
        {
            // Only who is alone with a database can take its log away; afterwards the one file is all of it.
            await SettleAsync(_path, cancellationToken);
        }
        catch (SqliteException e)
        {
            throw new BackupException($"{InUse} (SQLite says: {e.Message})", e);
        }

        var kept = $"{_path}.before-restore-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        File.Move(_path, kept, overwrite: false);
        File.Move(copy, _path, overwrite: false);
        return kept;
    }

    /// <summary>Makes a database one file, which fails while anybody else has it open.</summary>
    private static async Task SettleAsync(string path, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(path, cancellationToken);
        await ExecuteAsync(connection, "PRAGMA journal_mode = DELETE", null, cancellationToken);
        await ExecuteAsync(connection, "BEGIN EXCLUSIVE; COMMIT", null, cancellationToken);
    }

    private static async Task CheckIntegrityAsync(string path, string named, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(path, cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check";
            if (await command.ExecuteScalarAsync(cancellationToken) is not "ok" and var problem)
            {
                throw new BackupException($"{named} is damaged: {problem}. Take another backup.");
            }
        }
        catch (SqliteException e)
        {
            throw new BackupException($"{named} is no SQLite database, or is damaged: {e.Message}. Take another backup.", e);
        }
    }

    private static async Task<SqliteConnection> OpenAsync(string path, CancellationToken cancellationToken)
    {
        SqliteDialect.UseSystemLibrary();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ToString());
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, string? file, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (file is not null)
        {
            command.Parameters.AddWithValue("$file", file);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(path + suffix);
        }
    }
}
