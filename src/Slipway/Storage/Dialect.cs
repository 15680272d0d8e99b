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

    /// <summary>The folder of migrations only this database gets; null if there are none.</summary>
    public virtual string? Migrations => null;

    /// <summary>Ends a query whose rows are taken at once: rows that another is taking are no longer of interest. One writer meets nobody.</summary>
    public virtual string SkipLocked => "";

    /// <summary>True for operations (<c>o</c>) nothing will ring for; where alarms are in memory, that is for the process to say.</summary>
    public virtual string HasNoAlarm => "1 = 1";

    /// <summary>Connections of their own for alarms that nodes share.</summary>
    public virtual DbDataSource CreateAlarmSource() => throw new NotSupportedException("This database serves one process, which keeps its alarms in memory.");

    /// <summary>A connection outside the pool, for what must not wait behind work: it listens, and says that this node lives.</summary>
    public virtual DbConnection CreateLink() => throw new NotSupportedException("This database serves one process, which has nobody to listen to.");

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
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString();
    }

    public override bool SingleWriter => true;

    public override string MigrationLock => "SELECT 1";

    public override string In(string parameter) => "IN " + parameter;

    public override DbDataSource CreateDataSource() => new SqliteConnections(_connectionString);
}

internal sealed class PostgresDialect(string url) : Dialect
{
    private static readonly TimeSpan LinkLimit = TimeSpan.FromSeconds(4);

    public override bool SingleWriter => false;

    public override string Migrations => "Postgres";

    public override string SkipLocked => "FOR UPDATE SKIP LOCKED";

    public override string HasNoAlarm =>
        "NOT EXISTS (SELECT 1 FROM qrtz_triggers t WHERE t.job_name = o.id AND t.trigger_state IN ('WAITING', 'ACQUIRED', 'BLOCKED'))";

    public override string MigrationLock => "SELECT pg_advisory_xact_lock(7301994)";

    public override string In(string parameter) => $"= ANY({parameter})";

    public override DbDataSource CreateDataSource() => NpgsqlDataSource.Create(Settings(new Uri(url)));

    public override DbDataSource CreateAlarmSource()
    {
        var settings = Settings(new Uri(url));
        settings.MaxPoolSize = 8;
        // All of them wait for one lock, so more would wait no shorter. Hundreds of alarms at once are a queue and no error.
        settings.Timeout = 60;
        return NpgsqlDataSource.Create(settings);
    }

    public override DbConnection CreateLink()
    {
        var settings = Settings(new Uri(url));
        settings.Pooling = false;
        settings.ApplicationName = "slipway-node";
        settings.Timeout = settings.CommandTimeout = (int)LinkLimit.TotalSeconds;
        return new NpgsqlConnection(settings.ToString());
    }

    internal static string ToConnectionString(Uri uri) => Settings(uri).ToString();

    private static NpgsqlConnectionStringBuilder Settings(Uri uri)
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
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            // Nothing of ours lives on in a session, and clearing it costs seven statements each time a connection is taken.
            NoResetOnClose = true,
            // Three nodes fit into PostgreSQL's own default of 100 connections.
            MaxPoolSize = 22,
            // A server that went away without a word is noticed before its node would be missed for long.
            Timeout = 10,
            CommandTimeout = 15,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 2,
        };
    }
}
