using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Slipway.Benchmarks.Clients;

/// <summary>What LocalCloud counted.</summary>
/// <param name="Total">Requests to all its APIs.</param>
/// <param name="RateLimited">How many of them were answered 429.</param>
/// <param name="Hetzner">Those to Hetzner's API, by method and route.</param>
public sealed record RequestTotals(long Total, long RateLimited, IReadOnlyDictionary<string, long> Hetzner);

/// <summary>A LocalCloud in a process of its own, ended with this object.</summary>
public sealed class CloudProcess : IAsyncDisposable
{
    public const string Token = "local-hetzner-token";

    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly FileInfo _pidFile;

    private CloudProcess(Process process, FileInfo pidFile, Uri url)
    {
        (_process, _pidFile, Url) = (process, pidFile, url);
    }

    public Uri Url { get; }

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="program">slipway-local.dll.</param>
    /// <param name="work">Where its process id is written, so that whoever finds this process killed can end it.</param>
    /// <param name="arguments">Its options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<CloudProcess> StartAsync(FileInfo program, DirectoryInfo work, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}/");
        var start = new ProcessStartInfo("dotnet", [program.FullName, "--urls", url.ToString(), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var pidFile = new FileInfo(Path.Combine(work.FullName, "cloud.pid"));
        await File.WriteAllTextAsync(pidFile.FullName, process.Id.ToString(CultureInfo.InvariantCulture), cancellationToken);
        var cloud = new CloudProcess(process, pidFile, url);
        // It says where it is when it answers.
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) is null)
        {
            await cloud.DisposeAsync();
            throw new InvalidOperationException("LocalCloud did not start; what it said is above.");
        }

        return cloud;
    }

    public async Task<RequestTotals> CountAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Url, "/_local/requests")));
        return new RequestTotals(
            answer.RootElement.GetProperty("total").GetInt64(),
            answer.RootElement.GetProperty("rate_limited").GetInt64(),
            answer.RootElement.GetProperty("routes").EnumerateObject()
                .Where(r => r.Name.Contains(" /v1/", StringComparison.Ordinal))
                .ToDictionary(r => r.Name, r => r.Value.GetInt64(), StringComparer.Ordinal));
    }

    public async Task ForgetCountsAsync() => (await _http.DeleteAsync(new Uri(Url, "/_local/requests"))).EnsureSuccessStatusCode();

    /// <summary>Takes everything away and fills the bucket of requests.</summary>
    public async Task ResetAsync()
    {
        using var nothing = new StringContent("", Encoding.UTF8);
        (await _http.PostAsync(new Uri(Url, "/_local/reset"), nothing)).EnsureSuccessStatusCode();
    }

    public async Task<int> CountServersAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Url, "/_local/inventory")));
        return answer.RootElement.GetProperty("servers").GetProperty("count").GetInt32();
    }

    /// <summary>A size from <c>/proc/…/status</c>, in megabytes: <c>VmRSS</c> now, <c>VmHWM</c> at most.</summary>
    public double Megabytes(string field) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(l => l.StartsWith(field + ":", StringComparison.Ordinal))
        .Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000)
        .First();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
        _pidFile.Delete();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
