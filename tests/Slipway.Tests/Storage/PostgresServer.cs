using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Slipway.Tests.Storage;

/// <summary>A PostgreSQL of this test run's own, on loopback, gone at its end. Without PostgreSQL installed the tests fail: half of them skipped would prove half.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Owner = "postgres";

    // The shell holds the server: when this process ends, however it ends, its input closes and the server goes with it.
    private const string Script = """
        set -e
        # A signal to the whole group, such as Ctrl-C, must not end the one who tidies up.
        trap '' INT TERM HUP
        "$1/initdb" -D "$2/data" -U slipway --auth=trust --no-sync -E UTF8 --locale=C >"$2/initdb.log" 2>&1 || { cat "$2/initdb.log"; exit 1; }
        echo "host all all samenet trust" >>"$2/data/pg_hba.conf"
        start() { "$1/pg_ctl" -D "$2/data" -w -t 60 -l "$2/server.log" -o "-h $4 -p $3 -k $2 $5 -c max_connections=200" start >/dev/null || { cat "$2/server.log"; exit 1; }; }
        start "$@"
        echo ready
        while read -r seconds; do
          "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null
          sleep "$seconds"
          start "$@"
          echo ready
        done
        "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null
        cd / && rm -rf "$2"
        """;

    /// <summary>As a test of nothing but SQL wants it.</summary>
    private const string Fast = "-F -c synchronous_commit=off";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-test-pg-");
    private Process? _shell;
    private int _port;
    private int _databases;

    /// <summary>Keeps what it promised when it is restarted the hard way; slower.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Where it listens: an address for each of those that are to be told apart on their way to it.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = ["127.0.0.1"];

    /// <summary>Where it runs; null is where this process does.</summary>
    public string? NetworkNamespace { get; init; }

    public int Port => _port;

    public async Task InitializeAsync()
    {
        var binaries = FindBinaries();
        _port = FreePort();
        if (Environment.UserName == "root")
        {
            using var chown = Process.Start("chown", [Owner, _directory.FullName]);
            await chown.WaitForExitAsync();
        }

        string[] command = ["sh", "-c", Script, "sh", binaries, _directory.FullName, _port.ToString(CultureInfo.InvariantCulture), string.Join(',', Addresses), IsDurable ? "" : Fast];
        // PostgreSQL refuses to run as root.
        string[] arguments = Environment.UserName == "root" ? ["setpriv", "--reuid", Owner, "--regid", Owner, "--clear-groups", .. command] : command;
        if (NetworkNamespace is { } name)
        {
            arguments = ["ip", "netns", "exec", name, .. arguments];
        }

        _shell = Process.Start(new ProcessStartInfo(arguments[0], arguments[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _directory.FullName,
        })!;
        await ReadyAsync();
    }

    /// <summary>As a crash of the machine it runs on would, and back again after a while.</summary>
    public async Task CrashAsync(TimeSpan outage)
    {
        await _shell!.StandardInput.WriteLineAsync(outage.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        await _shell.StandardInput.FlushAsync();
        await ReadyAsync();
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its address, in the form the server is configured with.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return $"postgres://slipway@{Addresses[0]}:{_port}/{name}";
    }

    public Task DropDatabaseAsync(string address) => ExecuteAsync($"DROP DATABASE {new Uri(address).AbsolutePath.Trim('/')} WITH (FORCE)");

    public async Task DisposeAsync()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }

        _directory.Refresh();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    private async Task ReadyAsync()
    {
        var line = await _shell!.StandardOutput.ReadLineAsync();
        if (line != "ready")
        {
            throw new InvalidOperationException($"PostgreSQL did not start: {line} {await _shell.StandardOutput.ReadToEndAsync()}");
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"Host={Addresses[0]};Port={_port};Username=slipway;Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string FindBinaries()
    {
        var versions = new DirectoryInfo("/usr/lib/postgresql");
        return (versions.Exists ? versions.GetDirectories() : [])
            .Select(v => Path.Combine(v.FullName, "bin"))
            .LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            ?? throw new InvalidOperationException("The store suite needs PostgreSQL, and there is none under /usr/lib/postgresql: apt-get install postgresql");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
