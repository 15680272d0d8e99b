using System.Net;
using System.Security.Cryptography;
using Slipway.LocalCloud;
using Slipway.Testing;
using Slipway.Tests.Storage;

namespace Slipway.EndToEnd.Cluster;

/// <summary>Three server processes on one PostgreSQL that keeps its word, a load balancer before them, and LocalCloud.</summary>
internal sealed class ClusterStack : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private ClusterStack(PostgresServer postgres, LocalCloudHost cloud, string database) => (Postgres, Cloud, DatabaseAddress) = (postgres, cloud, database);

    public PostgresServer Postgres { get; }

    public LocalCloudHost Cloud { get; }

    public string DatabaseAddress { get; }

    public IReadOnlyList<ServerProcess> Servers { get; private set; } = [];

    public LoadBalancer Balancer { get; private set; } = null!;

    public Uri Address => new($"http://127.0.0.1:{Balancer.Port}");

    public string Token { get; private set; } = "";

    /// <summary>Each node reaches PostgreSQL at an address of its own, so that one way can be cut.</summary>
    public static string WayOf(int node) => $"127.0.1.{node + 1}";

    public static async Task<ClusterStack> StartAsync()
    {
        var postgres = new PostgresServer { IsDurable = true, Addresses = ["127.0.0.1", WayOf(0), WayOf(1), WayOf(2)] };
        await postgres.InitializeAsync();
        var cloud = await LocalCloudHost.StartAsync(new LocalCloudOptions { Urls = "http://127.0.0.1:0", BootTime = TimeSpan.FromSeconds(2) });
        var stack = new ClusterStack(postgres, cloud, await postgres.CreateDatabaseAsync());
        await stack.StartServersAsync();
        return stack;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            server.Dispose();
        }

        await Balancer.DisposeAsync();
        await Cloud.DisposeAsync();
        await Postgres.DisposeAsync();
        _directory.Dispose();
    }

    private async Task StartServersAsync()
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        // Machines and customers know one address; it is not known before somebody listens there.
        var settings = Enumerable.Range(0, 3).Select(node => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Database"] = new UriBuilder(DatabaseAddress) { Host = WayOf(node) }.Uri.ToString(),
            ["Secrets:MasterKey"] = key,
            ["Operations:SweepEvery"] = "00:00:10",
        }).ToList();
        var servers = settings.Select(own => new ServerProcess(Cloud.BaseUrl, own)).ToList();
        Balancer = new LoadBalancer(IPAddress.Loopback, [.. servers.Select(s => s.Address)]);
        Servers = servers;
        foreach (var server in servers)
        {
            server.Set("Machines:PublicUrl", Address.ToString());
        }

        await servers[0].StartAsync();
        Token = servers[0].FirstToken.ShouldNotBeNull();
        await Task.WhenAll(servers.Skip(1).Select(s => s.StartAsync()));
    }
}
