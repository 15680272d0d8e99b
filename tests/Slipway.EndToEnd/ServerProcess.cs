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

    public ServerProcess(Uri cloud)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
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
            ["Stripe:WebhookSecrets:0"] = "whsec_local",
            ["Stripe:Prices:price_hello"] = "hello",
            ["Machines:PublicUrl"] = Address.ToString(),
            ["Machines:ControlPlaneAddresses:0"] = "127.0.0.1/32",
            ["Machines:BlueprintDirectory"] = Path.Combine(DemoProcess.Repository, "blueprints"),
        };
    }

    public Uri Address { get; }

    /// <summary>Null before the first start.</summary>
    public SlipwayClient? Client { get; private set; }

    private string Output
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
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync();
        Client ??= new SlipwayClient(Address, Token().Match(Output).Value);
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
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _directory.Dispose();
    }

    private async Task ReadyAsync()
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
            catch (HttpRequestException)
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
