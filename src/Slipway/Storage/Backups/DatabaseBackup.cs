namespace Slipway.Storage.Backups;

/// <summary>A backup cannot be made, is none, or may not be put in place. The message says which, and what to do.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a restore left behind.</summary>
/// <param name="Replaced">Where the database is now that was there before; null when there was none.</param>
public sealed record RestoreResult(string? Replaced);

/// <summary>Copies the whole database to a file while servers work on it, and puts such a file in its place. The master key is in neither.</summary>
public abstract class DatabaseBackup
{
    public static DatabaseBackup For(StorageOptions options, TimeProvider time) =>
        options.IsPostgres ? new PostgresBackup(options, time) : new SqliteBackup(options, time);

    /// <summary>Writes a backup, whole and checked, or none.</summary>
    /// <exception cref="BackupException">The file exists already, or the backup could not be made.</exception>
    public async Task BackupAsync(string file, CancellationToken cancellationToken = default)
    {
        var target = Path.GetFullPath(file);
        if (Path.Exists(target))
        {
            throw new BackupException($"{target} exists already. Name a new file; a backup is never written over another.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var draft = target + ".part";
        try
        {
            // It holds hashes of tokens and encrypted secrets: nobody else's business from the first byte on.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await new FileStream(draft, options).DisposeAsync();
            await WriteAsync(draft, cancellationToken);
            await using (var written = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            File.Move(draft, target, overwrite: false);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Puts a backup in the place of the database, marked as restored; what was there is kept beside it.</summary>
    /// <param name="file">The backup.</param>
    /// <param name="force">Whether a database that exists may be replaced.</param>
    /// <param name="check">Looks at the restored database before anything is replaced, and throws if it is of no use.</param>
    /// <param name="cancellationToken">Stops it, as long as nothing is replaced.</param>
    /// <exception cref="BackupException">The file is no sound backup, a server uses the database, or one exists and <paramref name="force"/> is not set.</exception>
    public Task<RestoreResult> RestoreAsync(string file, bool force, Func<Database, Task> check, CancellationToken cancellationToken = default)
    {
        var source = Path.GetFullPath(file);
        return File.Exists(source)
            ? ReplaceAsync(source, force, check, cancellationToken)
            : throw new BackupException($"There is no file {source}.");
    }

    private protected const string NoForce = "Add --force to replace it; it is kept beside the restored one.";

    private protected const string InUse = "A server is using the database. Stop every slipway-server first.";

    private protected abstract Task WriteAsync(string draft, CancellationToken cancellationToken);

    private protected abstract Task<RestoreResult> ReplaceAsync(string file, bool force, Func<Database, Task> check, CancellationToken cancellationToken);

    /// <summary>That it is a database of Slipway's, and not of a newer one.</summary>
    private protected static async Task CheckSchemaAsync(Database database, string file)
    {
        long? version;
        try
        {
            version = await database.FirstOrDefaultAsync<long?>("SELECT MAX(version) FROM schema_versions");
        }
        catch (System.Data.Common.DbException e)
        {
            throw new BackupException($"{file} is no backup of Slipway: it has no table schema_versions.", e);
        }

        if (version > Migrator.NewestVersion)
        {
            throw new BackupException($"{file} has schema version {version}, and this build knows {Migrator.NewestVersion}: restore it with the build that made it, or a newer one.");
        }
    }
}
