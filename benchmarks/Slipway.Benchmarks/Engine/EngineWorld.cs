using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Slipway.Benchmarks.Clients;
using Slipway.Storage;

namespace Slipway.Benchmarks.Engine;

/// <summary>Where a measurement keeps its rows.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Nodes">How many servers share it.</param>
/// <param name="Postgres">The address of a PostgreSQL in which databases can be made; null for SQLite.</param>
public sealed record EngineSetup(string Name, int Nodes, Uri? Postgres)
{
    /// <summary>Set when machines know only the first server's address, as they would that of a load balancer; else each the address of the one that made it.</summary>
    public bool OneAddress { get; init; }

    /// <summary>What the servers take Hetzner's API for; null for LocalCloud itself.</summary>
    public Uri? Hetzner { get; init; }
}

/// <summary>One measurement's clouds, database and servers, all new, all gone at its end.</summary>
public sealed class EngineWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly string _address;
    private readonly Database _database;
    private readonly EngineSetup _setup;

    private EngineWorld(DirectoryInfo directory, string address, CloudProcess cloud, EngineSetup setup)
    {
        (_directory, _address, Cloud, _setup) = (directory, address, cloud, setup);
        _database = new Database(new StorageOptions { Database = address });
    }

    public CloudProcess Cloud { get; }

    public List<NodeProcess> Nodes { get; } = [];

    /// <param name="setup">Which database, how many servers.</param>
    /// <param name="localCloud">slipway-local.dll.</param>
    /// <param name="work">Where files may be made.</param>
    /// <param name="cloudOptions">Further options of LocalCloud.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="found">Told of LocalCloud's address before a server starts.</param>
    public static async Task<EngineWorld> StartAsync(
        EngineSetup setup, FileInfo localCloud, DirectoryInfo work, IReadOnlyList<string> cloudOptions, CancellationToken cancellationToken, Action<Uri>? found = null)
    {
        var directory = work.CreateSubdirectory($"engine-{Environment.TickCount64}");
        var address = setup.Postgres is null ? Path.Combine(directory.FullName, "slipway.db") : await CreateDatabaseAsync(setup.Postgres, cancellationToken);
        var stack = new EngineWorld(directory, address, await CloudProcess.StartAsync(localCloud, work, cloudOptions, cancellationToken), setup);
        found?.Invoke(stack.Cloud.Url);
        for (var i = 0; i < setup.Nodes; i++)
        {
            await stack.AddNodeAsync(cancellationToken);
        }

        return stack;
    }

    public async Task<NodeProcess> AddNodeAsync(CancellationToken cancellationToken)
    {
        var node = await NodeProcess.StartAsync(Settings(), cancellationToken);
        Nodes.Add(node);
        return node;
    }

    /// <summary>Starts a server that ended anew, with the same settings; returns when it listens.</summary>
    public async Task RestartAsync(NodeProcess ended, CancellationToken cancellationToken) =>
        Nodes[Nodes.IndexOf(ended)] = await NodeProcess.StartAsync(ended.Settings, cancellationToken);

    /// <summary>Returns when that many machines are in a status.</summary>
    public async Task AwaitMachinesAsync(string status, int count, CancellationToken cancellationToken)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await CountAsync("SELECT COUNT(*) FROM machines WHERE status = @status", new { status }, cancellationToken) < count)
        {
            if (await CountAsync("SELECT COUNT(*) FROM operations WHERE direction = 'Undoing'", new { }, cancellationToken) > 0)
            {
                var error = await _database.FirstOrDefaultAsync<string>("SELECT error FROM operations WHERE direction = 'Undoing'", cancellationToken: cancellationToken);
                throw new InvalidOperationException($"A provision failed, so nothing was measured: {error}");
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Returns when nothing is under way.</summary>
    public async Task AwaitQuietAsync(CancellationToken cancellationToken)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (await CountAsync("SELECT COUNT(*) FROM operations WHERE result IS NULL", new { }, cancellationToken) > 0)
        {
            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    public async Task<long> CountAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        await _database.FirstOrDefaultAsync<long>(sql, parameters, cancellationToken);

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, CancellationToken cancellationToken) =>
        _database.QueryAsync<T>(sql, cancellationToken: cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Cloud.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task<string> CreateDatabaseAsync(Uri postgres, CancellationToken cancellationToken)
    {
        var name = $"engine_{Environment.TickCount64}";
        await using var source = NpgsqlDataSource.Create($"Host={postgres.Host};Port={postgres.Port};Username={postgres.UserInfo};Database=postgres");
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new UriBuilder(postgres) { Path = name }.Uri.ToString();
    }

    private Dictionary<string, string> Settings()
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["urls"] = url,
            ["Database"] = _address,
            ["Secrets:MasterKeyFile"] = Path.Combine(_directory.FullName, "slipway.key"),
            ["HETZNER_API_TOKEN"] = CloudProcess.Token,
            ["Hetzner:BaseUrl"] = (_setup.Hetzner ?? new Uri(Cloud.Url, "v1/")).ToString(),
            ["Hetzner:UseSideChannel"] = "true",
            ["TAILSCALE_OAUTH_CLIENT_ID"] = "local-client",
            ["TAILSCALE_OAUTH_CLIENT_SECRET"] = "local-secret",
            ["Tailscale:BaseUrl"] = Cloud.Url.ToString(),
            ["STRIPE_SECRET_KEY"] = "sk_test_local",
            ["Stripe:BaseUrl"] = new Uri(Cloud.Url, "stripe/").ToString(),
            ["STRIPE_WEBHOOK_SECRET"] = "whsec_local",
            ["Stripe:Prices:price_hello"] = "hello",
            ["Machines:PublicUrl"] = _setup.OneAddress && Nodes.Count > 0 ? Nodes[0].Settings["urls"] : url,
            ["Machines:ControlPlaneAddresses:0"] = "127.0.0.1/32",
            ["Machines:BlueprintDirectory"] = Path.GetFullPath("blueprints"),
            ["Logging:LogLevel:Default"] = "Warning",
        };
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
