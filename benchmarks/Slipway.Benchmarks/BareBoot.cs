using System.Diagnostics;
using System.Net.Sockets;
using Slipway.Hetzner;

namespace Slipway.Benchmarks;

/// <summary>The baseline: the same image, booted by one API call, and one SSH command as soon as the port answers.</summary>
public sealed class BareBoot : IDisposable
{
    private readonly HetznerClient _hetzner;
    private readonly string _keyFile;
    private readonly string _publicKey;
    private int _count;

    public BareBoot(Uri cloud, string work)
    {
        _hetzner = new HetznerClient(new HetznerOptions { Token = "local-hetzner-token", BaseUrl = new Uri(cloud, "/v1/") });
        _keyFile = Path.Combine(work, "bare-key");
        File.Delete(_keyFile);
        Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _keyFile]);
        _publicKey = File.ReadAllText(_keyFile + ".pub").Trim();
    }

    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        var name = $"bare-{Interlocked.Increment(ref _count)}";
        var key = await _hetzner.SshKeys.GetOrCreateAsync("bare", _publicKey, cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();
        var created = await _hetzner.Servers.CreateAsync(
            new CreateServerRequest { Name = name, ServerType = "cx23", Image = "debian-12", Location = "fsn1", SshKeys = [key.Name] }, cancellationToken);
        var address = created.Server.PublicNet.Ipv4!.Ip;
        await WaitForPortAsync(address, cancellationToken);
        while (Run("ssh", Arguments(address)) != 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        var elapsed = clock.Elapsed;
        await _hetzner.Servers.DeleteAsync(created.Server.Id, cancellationToken);
        return elapsed;
    }

    public async Task ForgetKeyAsync()
    {
        if (await _hetzner.SshKeys.FindByNameAsync("bare") is { } key)
        {
            await _hetzner.SshKeys.DeleteAsync(key.Id);
        }
    }

    public void Dispose() => _hetzner.Dispose();

    private static async Task WaitForPortAsync(string address, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(200);
            try
            {
                await socket.ConnectAsync(address, 22, limit.Token);
                return;
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }
        }
    }

    private string[] Arguments(string address) =>
    [
        "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
        "-o", "ConnectTimeout=2", "-o", "IdentitiesOnly=yes", "-i", _keyFile, $"root@{address}", "true",
    ];

    private static int Run(string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
