using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Slipway.Storage.Backups;

/// <summary>PostgreSQL: its own <c>pg_dump</c> and <c>pg_restore</c>; what was there before is moved to a schema of its own.</summary>
internal sealed class PostgresBackup(StorageOptions options, TimeProvider time) : DatabaseBackup
{
    private const string KeptPrefix = "before_restore_";
    private readonly NpgsqlConnectionStringBuilder _database = new(PostgresDialect.ToConnectionString(new Uri(options.Database))) { Pooling = false, ApplicationName = "slipway-backup" };

    private protected override async Task WriteAsync(string draft, CancellationToken cancellationToken)
    {
        await RunAsync("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", $"--exclude-schema={KeptPrefix}*", $"--file={draft}"], cancellationToken);
        await CheckAsync(draft, draft, cancellationToken);
    }

    private protected override async Task<RestoreResult> ReplaceAsync(string file, bool force, Func<Database, Task> check, CancellationToken cancellationToken)
    {
        await CheckAsync(file, file, cancellationToken);
        await using var connection = new NpgsqlConnection(_database.ToString());
        await connection.OpenAsync(cancellationToken);
        var present = await ScalarAsync<long>(connection, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'") > 0;
        if (present && !force)
        {
            throw new BackupException($"The database '{_database.Database}' at {_database.Host} has tables already. {NoForce}");
        }

        if (await ScalarAsync<long>(connection, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('slipway', 'slipway-node')") > 0)
        {
            throw new BackupException(InUse);
        }

        var kept = present ? KeptPrefix + time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd't'HHmmss", CultureInfo.InvariantCulture) : null;
        await (kept is null ? Task.CompletedTask : ExecuteAsync(connection, $"CREATE SCHEMA {kept}; {Move("public", kept)}"));
        try
        {
            await RunAsync("pg_restore", ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", $"--dbname={_database.Database}", file], cancellationToken);
            await using var database = new Database(options);
            await CheckSchemaAsync(database, file);
            await check(database);
            await database.WriteAsync(transaction => RestoreMark.SetAsync(transaction, time.GetUtcNow()), CancellationToken.None);
        }
        catch
        {
            // Nothing is to be different after a restore that failed.
            await ExecuteAsync(connection, Drop + (kept is null ? "" : $"{Move(kept, "public")} DROP SCHEMA {kept};"));
            throw;
        }

        return new RestoreResult(kept is null ? null : $"schema {kept}");
    }

    private const string Drop = """
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DROP TABLE public.%I CASCADE', t.tablename); END LOOP;
        END $$;
        """;

    private static string Move(string from, string to) => $"""
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '{from}' LOOP EXECUTE format('ALTER TABLE {from}.%I SET SCHEMA {to}', t.tablename); END LOOP;
        END $$;
        """;

    private async Task CheckAsync(string file, string named, CancellationToken cancellationToken)
    {
        var contents = await RunAsync("pg_restore", ["--list", file], cancellationToken);
        if (!contents.Contains("TABLE DATA public schema_versions", StringComparison.Ordinal))
        {
            throw new BackupException($"{named} is no backup of Slipway: it holds no table schema_versions.");
        }
    }

    /// <summary>The password goes through the environment, which other users cannot read, and never into arguments, which they can.</summary>
    private async Task<string> RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Find(tool), arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGHOST"] = _database.Host;
        start.Environment["PGPORT"] = _database.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = _database.Username;
        start.Environment["PGDATABASE"] = _database.Database;
        start.Environment["PGPASSWORD"] = _database.Password ?? "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await output : throw new BackupException($"{tool} failed with exit code {process.ExitCode}: {(await error).Trim()}");
    }

    /// <summary>The newest of the installed, because an older one refuses a newer server.</summary>
    private static string Find(string tool)
    {
        var installed = new DirectoryInfo("/usr/lib/postgresql");
        var newest = (installed.Exists ? installed.GetDirectories() : [])
            .Where(v => int.TryParse(v.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderByDescending(v => int.Parse(v.Name, CultureInfo.InvariantCulture))
            .Select(v => Path.Combine(v.FullName, "bin", tool));
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(d, tool));
        return newest.Concat(path).FirstOrDefault(File.Exists) ?? throw new BackupException($"{tool} is not installed: apt-get install postgresql-client.");
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
