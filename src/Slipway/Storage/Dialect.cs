using System.Data.Common;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Slipway.Storage;

/// <summary>All that truly differs between the two databases; every statement is written once.</summary>
internal abstract class Dialect
{
    public abstract DbDataSource CreateDataSource();

    /// <summary>SQLite has one writer: waiting for it in a queue of ours is cheaper than its busy loop.</summary>
    public abstract bool SingleWriter { get; }

    /// <summary>Whether a column's value is one of a list that is one parameter.</summary>
    public abstract string In(string parameter);

    /// <summary>Taken first in a migration, so that two starting servers do not migrate at once.</summary>
    public abstract string MigrationLock { get; }

    public static Dialect For(StorageOptions options) =>
        options.IsPostgres ? new PostgresDialect(options.Database) : new SqliteDialect(options.Database);
}

internal sealed class SqliteDialect : Dialect
{
    private readonly string _connectionString;

    static SqliteDialect()
    {
        // The distribution's library, so that the distribution patches it.
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            static (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }

    /// <summary>Has the static constructor run, for who opens a file without a dialect.</summary>
    public static void UseSystemLibrary()
    {
    }

    public SqliteDialect(string path)
    {
        var file = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = 30,
        }.ToString();
    }

    public override bool SingleWriter => true;

    public override string MigrationLock => "SELECT 1";

    public override string In(string parameter) => "IN " + parameter;

    public override DbDataSource CreateDataSource() => new SqliteDataSource(_connectionString);

    /// <summary>Sets what SQLite keeps per connection: full durability, because a paid order is a commit.</summary>
    private sealed class SqliteDataSource(string connectionString) : DbDataSource
    {
        public override string ConnectionString => connectionString;

        protected override DbConnection CreateDbConnection() => new SqliteConnection(connectionString);

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            using var pragma = connection.CreateCommand();
            pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 30000;";
            await pragma.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }

        protected override void Dispose(bool disposing)
        {
            using var connection = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(connection);
            base.Dispose(disposing);
        }
    }
}

internal sealed class PostgresDialect(string url) : Dialect
{
    public override bool SingleWriter => false;

    public override string MigrationLock => "SELECT pg_advisory_xact_lock(7301994)";

    public override string In(string parameter) => $"= ANY({parameter})";

    public override DbDataSource CreateDataSource() => NpgsqlDataSource.Create(ToConnectionString(new Uri(url)));

    internal static string ToConnectionString(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = uri.AbsolutePath.Trim('/'),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "slipway",
        }.ToString();
    }
}
