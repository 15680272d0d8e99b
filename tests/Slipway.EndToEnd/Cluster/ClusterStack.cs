using System.Net;
using System.Security.Cryptography;
using Slipway.LocalCloud;
using Slipway.Tests.Storage;

namespace Slipway.EndToEnd.Cluster;

/// <summary>Server processes on one PostgreSQL that keeps its word, a load balancer before them, and LocalCloud.</summary>
internal sealed class ClusterStack : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _undo = new();
    private readonly string _key = NewKey();

    public PostgresServer Postgres { get; private set; } = null!;

    /// <summary>Null where this user may not make one: then no cable can be pulled.</summary>
    public DatabaseNetwork? Network { get; private set; }

    /// <summary>LocalCloud's.</summary>
    public Uri CloudUrl { get; private set; } = null!;

    /// <summary>Null with simulated machines.</summary>
    public CloudProcess? RealCloud { get; private set; }

    public string DatabaseAddress { get; private set; } = "";

    public IReadOnlyList<ServerProcess> Servers { get; private set; } = [];

    /// <summary>The machines' and the customers'.</summary>
    public Uri Address { get; private set; } = null!;

    public string Token { get; private set; } = "";

    /// <param name="realMachines">Containers of this computer; otherwise LocalCloud's timed imitations.</param>
    /// <param name="servers">How many; a cable for each.</param>
    public static async Task<ClusterStack> StartAsync(bool realMachines = false, int servers = 3)
    {
        var stack = new ClusterStack();
        try
        {
            await stack.StartDatabaseAsync(servers);
            await stack.StartCloudAndBalancerAsync(realMachines, servers);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Another server of this cluster that is not started, with its own way to the database.</summary>
    /// <param name="node">Whose cable it uses.</param>
    /// <param name="masterKey">The cluster's when null.</param>
    public ServerProcess NewServer(int node, string? masterKey = null) => new(CloudUrl, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Database"] = new UriBuilder(DatabaseAddress) { Host = Way(node) }.Uri.ToString(),
        ["Secrets:MasterKey"] = masterKey ?? _key,
        ["Operations:SweepEvery"] = "00:00:10",
        ["Machines:PublicUrl"] = Address.ToString(),
        ["Machines:ControlPlaneAddresses:0"] = $"{Address.Host}/32",
        ["Machines:SshRoute"] = RealCloud is null ? "Public" : "Tailscale",
        ["Hetzner:UseSideChannel"] = RealCloud is null ? "true" : "false",
    });

    public async ValueTask DisposeAsync()
    {
        while (_undo.TryPop(out var undo))
        {
            await undo();
        }
    }

    /// <summary>The test's own cable is the last.</summary>
    private string Way(int node) => Network?.Address(node) ?? "127.0.0.1";

    private async Task StartDatabaseAsync(int servers)
    {
        if (DatabaseNetwork.IsPossible)
        {
            Network = Undoing(DatabaseNetwork.Create(servers + 1), n => n.Dispose());
        }

        Postgres = new PostgresServer
        {
            IsDurable = true,
            Addresses = [Way(servers), .. Enumerable.Range(0, Network is null ? 0 : servers).Select(Way)],
            NetworkNamespace = Network?.Name,
        };
        _undo.Push(() => new(Postgres.DisposeAsync()));
        await Postgres.InitializeAsync();
        DatabaseAddress = await Postgres.CreateDatabaseAsync();
    }

    private async Task StartCloudAndBalancerAsync(bool realMachines, int servers)
    {
        // Real machines come in from their bridge, which is there only once the cloud is.
        var balancer = new LoadBalancer(realMachines ? IPAddress.Any : IPAddress.Loopback);
        if (realMachines)
        {
            RealCloud = await CloudProcess.StartAsync(balancer.Port);
            CloudUrl = RealCloud.BaseUrl;
            _undo.Push(RealCloud.DisposeAsync);
        }
        else
        {
            var cloud = await LocalCloudHost.StartAsync(new LocalCloudOptions { Urls = "http://127.0.0.1:0", BootTime = TimeSpan.FromSeconds(2) });
            CloudUrl = cloud.BaseUrl;
            _undo.Push(cloud.DisposeAsync);
        }

        _undo.Push(balancer.DisposeAsync);
        Address = new Uri($"http://{RealCloud?.Host ?? IPAddress.Loopback}:{balancer.Port}");
        Servers = [.. Enumerable.Range(0, servers).Select(node => Undoing(NewServer(node), s => s.Dispose()))];
        balancer.Serve([.. Servers.Select(s => s.Address)]);
        await Servers[0].StartAsync();
        Token = Servers[0].FirstToken.ShouldNotBeNull();
        await Task.WhenAll(Servers.Skip(1).Select(s => s.StartAsync()));
    }

    private T Undoing<T>(T made, Action<T> undo)
    {
        _undo.Push(() =>
        {
            undo(made);
            return ValueTask.CompletedTask;
        });
        return made;
    }
}
