using System.Globalization;
using System.Reflection;

namespace Slipway.Storage;

/// <summary>Brings the schema to the version this build needs: numbered scripts, each in the one transaction.</summary>
public sealed class Migrator(Database database, TimeProvider time)
{
    private const string CreateTable =
        "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";

    /// <summary>The schema this build brings a database to.</summary>
    public static long NewestVersion => Scripts()[^1].Version;

    /// <returns>How many scripts were applied.</returns>
    public Task<int> MigrateAsync(CancellationToken cancellationToken = default) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync(database.Dialect.MigrationLock);
            await transaction.ExecuteAsync(CreateTable);
            var present = await transaction.FirstOrDefaultAsync<long?>("SELECT MAX(version) FROM schema_versions") ?? 0;
            var scripts = Scripts();
            if (present > scripts[^1].Version)
            {
                throw new InvalidOperationException(
                    $"The database has schema version {present}, this build knows {scripts[^1].Version}: start the newer build, or restore an older backup.");
            }

            var applied = 0;
            foreach (var (version, name, sql) in scripts.Where(s => s.Version > present))
            {
                await transaction.ExecuteAsync(sql);
                await transaction.ExecuteAsync(
                    "INSERT INTO schema_versions (version, name, applied_at) VALUES (@version, @name, @now)",
                    new { version, name, now = time.GetUtcNow() });
                applied++;
            }

            return applied;
        },
        cancellationToken);

    private static List<(long Version, string Name, string Sql)> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => (Resource: n, File: n.Split(".Migrations.")[1]))
            .Select(n => (long.Parse(n.File[1..4], CultureInfo.InvariantCulture), n.File, Read(assembly, n.Resource)))
            .OrderBy(s => s.Item1)
            .ToList();
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
