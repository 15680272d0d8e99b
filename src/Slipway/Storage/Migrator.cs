using System.Globalization;
using System.Reflection;

namespace Slipway.Storage;

/// <summary>
/// Brings the schema to the version this build needs: numbered scripts, all in one transaction. A script that only adds says so in its first line,
/// <c>-- compatible-with: N</c>: servers whose own newest script is N or later go on while it is in place, so that a rolling restart has no gap.
/// </summary>
public sealed class Migrator
{
    private const string CreateTable =
        "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";

    /// <summary>The script that lets scripts say what they are compatible with.</summary>
    private const long FirstCompatible = 6;

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<MigrationScript> _scripts;

    public Migrator(Database database, TimeProvider time)
        : this(database, time, MigrationScript.ReadAll(database.Dialect.Migrations))
    {
    }

    /// <param name="database">Which to migrate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="scripts">What the build knows; an older build knows fewer.</param>
    internal Migrator(Database database, TimeProvider time, IReadOnlyList<MigrationScript> scripts) =>
        (_database, _time, _scripts) = (database, time, scripts);

    /// <summary>The schema this build brings a database to.</summary>
    public static long NewestVersion => MigrationScript.ReadAll(null).Max(s => s.Version);

    /// <returns>How many scripts were applied.</returns>
    public Task<int> MigrateAsync(CancellationToken cancellationToken = default) => _database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync(_database.Dialect.MigrationLock);
            await transaction.ExecuteAsync(CreateTable);
            var present = (await transaction.QueryAsync<long>("SELECT version FROM schema_versions")).ToHashSet();
            await RefuseNewerAsync(transaction, present);
            var missing = _scripts.Where(s => !present.Contains(s.Version)).ToList();
            foreach (var script in missing)
            {
                await ApplyAsync(transaction, script);
            }

            return missing.Count;
        },
        cancellationToken);

    private async Task RefuseNewerAsync(Transaction transaction, HashSet<long> present)
    {
        var newest = _scripts[^1].Version;
        if (present.Count == 0 || present.Max() <= newest)
        {
            return;
        }

        var needed = present.Contains(FirstCompatible)
            ? await transaction.FirstOrDefaultAsync<long>(
                "SELECT MAX(COALESCE(compatible_with, version)) FROM schema_versions WHERE version > @newest", new { newest })
            : present.Max();
        if (needed > newest)
        {
            throw new InvalidOperationException(
                $"The database has schema version {present.Max()}, which needs a build that knows {needed}; this one knows {newest}: start the newer build, or restore an older backup.");
        }
    }

    private async Task ApplyAsync(Transaction transaction, MigrationScript script)
    {
        await transaction.ExecuteAsync(script.Sql);
        await transaction.ExecuteAsync(
            "INSERT INTO schema_versions (version, name, applied_at) VALUES (@Version, @Name, @now)",
            new { script.Version, script.Name, now = _time.GetUtcNow() });
        if (script.Version >= FirstCompatible)
        {
            await transaction.ExecuteAsync("UPDATE schema_versions SET compatible_with = @CompatibleWith WHERE version = @Version", script);
        }
    }
}

/// <summary>One step of the schema.</summary>
/// <param name="Version">Its place in the row.</param>
/// <param name="Name">Its file's name.</param>
/// <param name="Sql">What it does, on this database.</param>
/// <param name="CompatibleWith">The oldest build that still works with it, by that build's newest script; null if only builds that know it do.</param>
internal sealed record MigrationScript(long Version, string Name, string Sql, long? CompatibleWith)
{
    private const string Folder = ".Migrations.";
    private const string Header = "-- compatible-with: ";

    /// <param name="dialect">The folder of what only this database gets, applied together with the script of the same number.</param>
    public static IReadOnlyList<MigrationScript> ReadAll(string? dialect)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => (Resource: n, Path: n[(n.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..].Split('.')))
            .Where(n => n.Path is [_, "sql"] || (n.Path is [var own, _, "sql"] && own == dialect))
            .GroupBy(n => long.Parse(n.Path[^2][1..4], CultureInfo.InvariantCulture))
            .OrderBy(g => g.Key)
            .Select(g => Of(g.Key, [.. g.OrderBy(n => n.Path.Length).Select(n => (n.Path[^2] + ".sql", Read(assembly, n.Resource)))]))
            .ToList();
    }

    private static MigrationScript Of(long version, IReadOnlyList<(string Name, string Sql)> parts) => new(
        version,
        parts[0].Name,
        string.Join('\n', parts.Select(p => p.Sql)),
        parts[0].Sql.StartsWith(Header, StringComparison.Ordinal)
            ? long.Parse(parts[0].Sql.AsSpan(Header.Length, parts[0].Sql.IndexOf('\n', StringComparison.Ordinal) - Header.Length), CultureInfo.InvariantCulture)
            : null);

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
