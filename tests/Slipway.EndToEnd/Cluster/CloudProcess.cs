using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Cluster;

/// <summary>LocalCloud with real machines as a process of its own, so that it tidies up even after tests that were killed.</summary>
internal sealed class CloudProcess : IAsyncDisposable
{
    // The first on a computer makes the machines' image.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private readonly Process _process;

    private CloudProcess(Process process, Uri baseUrl) => (_process, BaseUrl) = (process, baseUrl);

    public Uri BaseUrl { get; }

    /// <summary>Where machines reach this computer: 10.77.N.1.</summary>
    public IPAddress Host { get; private set; } = IPAddress.None;

    /// <summary>The number of its bridge.</summary>
    public int Octet => Host.GetAddressBytes()[2];

    /// <param name="expose">The ports of this computer that machines may reach.</param>
    public static async Task<CloudProcess> StartAsync(params IReadOnlyList<int> expose)
    {
        // Machines are told the address before anybody listens there, so any free port will not do.
        var url = new Uri($"http://127.0.0.1:{FreePort()}/");
        var program = Path.Combine(AppContext.BaseDirectory, "slipway-local.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, "--urls", url.ToString(), "--machines", "nspawn", "--expose", string.Join(',', expose)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        ProcessGuard.Watch(process, "TERM");
        var cloud = new CloudProcess(process, url);
        try
        {
            using var limit = new CancellationTokenSource(StartLimit);
            (await process.StandardOutput.ReadLineAsync(limit.Token)).ShouldNotBeNull().ShouldStartWith("LocalCloud is at");
            using var http = new HttpClient { BaseAddress = url };
            cloud.Host = IPAddress.Parse((await http.GetFromJsonAsync<JsonObject>("_local/info"))!["host"]!.GetValue<string>());
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
