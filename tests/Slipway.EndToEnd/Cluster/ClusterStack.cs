using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
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

    public required LoadBalancer Balancer { get; init; }

    /// <summary>The machines' and the customers'.</summary>
    public Uri Address { get; private set; } = null!;

    public string Token { get; private set; } = "";

    /// <summary>Each node reaches PostgreSQL at an address of its own, so that one way can be cut.</summary>
    public static string WayOf(int node) => $"127.0.1.{node + 1}";

    /// <param name="machines">LocalCloud's driver: <c>simulated</c> or <c>nspawn</c>.</param>
    public static async Task<ClusterStack> StartAsync(string machines = "simulated")
    {
        var postgres = new PostgresServer { IsDurable = true, Addresses = ["127.0.0.1", WayOf(0), WayOf(1), WayOf(2)] };
        await postgres.InitializeAsync();
        // Real machines come in from their bridge, which is there only once the cloud is.
        var balancer = new LoadBalancer(machines == "nspawn" ? IPAddress.Any : IPAddress.Loopback);
        var cloud = await LocalCloudHost.StartAsync(new LocalCloudOptions
        {
            Urls = "http://127.0.0.1:0",
            Machines = machines,
            BootTime = TimeSpan.FromSeconds(2),
            Expose = [balancer.Port],
        });
        var stack = new ClusterStack(postgres, cloud, await postgres.CreateDatabaseAsync()) { Balancer = balancer };
        await stack.StartServersAsync(machines == "nspawn");
        return stack;
    }

    /// <summary>Another server's settings, as those of the first three; <paramref name="key"/> is the master key.</summary>
    public Dictionary<string, string> SettingsOf(int node, string key) => new(StringComparer.Ordinal)
    {
        ["Database"] = new UriBuilder(DatabaseAddress) { Host = WayOf(node) }.Uri.ToString(),
        ["Secrets:MasterKey"] = key,
        ["Operations:SweepEvery"] = "00:00:10",
        ["Machines:PublicUrl"] = Address.ToString(),
    };

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

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

    private async Task StartServersAsync(bool realMachines)
    {
        using var http = new HttpClient { BaseAddress = Cloud.BaseUrl };
        var host = realMachines ? (await http.GetFromJsonAsync<JsonObject>("_local/info"))!["host"]!.GetValue<string>() : "127.0.0.1";
        Address = new Uri($"http://{host}:{Balancer.Port}");
        var key = NewKey();
        var servers = Enumerable.Range(0, 3).Select(node =>
        {
            var settings = SettingsOf(node, key);
            settings["Machines:ControlPlaneAddresses:0"] = $"{host}/32";
            settings["Hetzner:UseSideChannel"] = realMachines ? "false" : "true";
            settings["Machines:SshRoute"] = realMachines ? "Tailscale" : "Public";
            return new ServerProcess(Cloud.BaseUrl, settings);
        }).ToList();
        Servers = servers;
        Balancer.Serve([.. servers.Select(s => s.Address)]);
        await servers[0].StartAsync();
        Token = servers[0].FirstToken.ShouldNotBeNull();
        await Task.WhenAll(servers.Skip(1).Select(s => s.StartAsync()));
    }
}
