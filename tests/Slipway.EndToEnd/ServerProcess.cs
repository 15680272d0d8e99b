using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.EndToEnd;

/// <summary>The server as an operator runs it, a process of its own that may be killed; what it stores outlives it.</summary>
public sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _settings;
    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <param name="cloud">LocalCloud.</param>
    /// <param name="settings">What differs from a server alone with simulated machines.</param>
    /// <param name="port">Where it listens; any free port when null.</param>
    public ServerProcess(Uri cloud, IReadOnlyDictionary<string, string>? settings = null, int? port = null)
    {
        Address = new Uri($"http://127.0.0.1:{port ?? FreePort()}");
        _settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["urls"] = Address.ToString(),
            ["Database"] = _directory.File("slipway.db"),
            ["Secrets:MasterKeyFile"] = _directory.File("slipway.key"),
            ["Hetzner:Token"] = "local-hetzner-token",
            ["Hetzner:BaseUrl"] = new Uri(cloud, "v1/").ToString(),
            ["Hetzner:UseSideChannel"] = "true",
            ["Tailscale:ClientId"] = "local-client",
            ["Tailscale:ClientSecret"] = "local-secret",
            ["Tailscale:BaseUrl"] = cloud.ToString(),
            ["Stripe:ApiKey"] = "sk_test_local",
            ["Stripe:BaseUrl"] = new Uri(cloud, "stripe/").ToString(),
            ["Stripe:WebhookSecrets:0"] = "whsec_local",
            ["Stripe:Prices:price_hello"] = "hello",
            ["Machines:PublicUrl"] = Address.ToString(),
            ["Machines:ControlPlaneAddresses:0"] = "127.0.0.1/32",
            ["Machines:BlueprintDirectory"] = Path.Combine(DemoProcess.Repository, "blueprints"),
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            _settings[name] = value;
        }
    }

    public Uri Address { get; }

    /// <summary>Null before the first start, and when another made the first token.</summary>
    public SlipwayClient? Client { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The token it printed at its first start; null if another made the first one.</summary>
    public string? FirstToken => Token().Match(Output) is { Success: true } match ? match.Value : null;

    /// <summary>All it ever said.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Returns when it is ready for work.</summary>
    public async Task StartAsync()
    {
        Launch();
        await ReadyAsync();
        Client ??= FirstToken is { } token ? new SlipwayClient(Address, token) : null;
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Launch()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "slipway-server.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. _settings.Select(s => $"--{s.Key}={s.Value}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        ProcessGuard.Watch(_process, "KILL");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs a command of the server's with its settings, beside it, and returns what it printed.</summary>
    public async Task<string> CommandAsync(params string[] words)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "slipway-server.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. words, .. _settings.Select(s => $"--{s.Key}={s.Value}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output + await errors);
        return output;
    }

    /// <summary>Sends a signal by its name, such as <c>STOP</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>For a start that is to be refused.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>As a service manager stops it.</summary>
    public async Task StopAsync()
    {
        Signal("TERM");
        using var limit = new CancellationTokenSource(Limit);
        await _process!.WaitForExitAsync(limit.Token);
        _process.Dispose();
        _process = null;
    }

    /// <summary>As a power cut: nothing of it gets to say a last word.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        _process?.WaitForExit();
        _process?.Dispose();
        _directory.Dispose();
    }

    /// <summary>Returns when it says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var http = new HttpClient { BaseAddress = Address };
        do
        {
            _process!.HasExited.ShouldBeFalse($"the server ended:\n{Output}");
            try
            {
                using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !limit.IsCancellationRequested)
            {
                // It does not listen yet.
            }
        }
        while (await pause.WaitForNextTickAsync(limit.Token));
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.Append(line).Append('\n');
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"slw_\S+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token();
}
