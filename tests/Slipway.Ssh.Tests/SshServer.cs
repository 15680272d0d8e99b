using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

/// <summary>A real sshd on loopback, in a directory of its own, trusting one certificate authority for one machine's name.</summary>
public sealed class SshServer : IAsyncLifetime, IDisposable
{
    public const string Alias = "agt-abc";
    private const string Sshd = "/usr/sbin/sshd";
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<string> _log = new();
    private Process _process = null!;

    public SshTarget Target { get; private set; } = null!;

    public SshHostKey HostKey { get; private set; } = null!;

    public SshKeyPair AuthorityKey { get; private set; } = null!;

    /// <summary>Opened once: most tests only need somebody to issue certificates.</summary>
    public SshCertificateAuthority Authority { get; private set; } = null!;

    public SshOptions Options { get; } = new();

    public string Log => string.Join('\n', _log);

    public SshClient Client => new(Options, Authority);

    public Task<SshResult> RunAsync(ShellCommand command, ReadOnlyMemory<byte> stdin = default) => Client.RunAsync(Target, HostKey, command, stdin);

    public async Task InitializeAsync()
    {
        // A work directory of this run's own: what is left in it is this run's fault.
        Options.WorkDirectory = _directory.File("work");
        AuthorityKey = await SshCertificateAuthority.GenerateKeyAsync(Options);
        Authority = await SshCertificateAuthority.OpenAsync(AuthorityKey.PrivateKey, Options);
        await File.WriteAllTextAsync(_directory.File("authority.pub"), AuthorityKey.PublicKey + "\n");
        await File.WriteAllTextAsync(_directory.File("principals"), Alias + "\n");
        await Commands.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory.File("host"));
        HostKey = SshHostKey.Parse(await File.ReadAllTextAsync(_directory.File("host.pub")));
        if (Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory("/run/sshd");
        }

        for (var attempt = 1; !await StartAsync(); attempt++)
        {
            attempt.ShouldBeLessThan(5, $"sshd did not start:\n{Log}");
        }
    }

    public async Task DisposeAsync()
    {
        await Authority.DisposeAsync();
        Directory.GetFileSystemEntries(Options.WorkDirectory!).ShouldBeEmpty("a work directory was left behind");
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        _process.Dispose();
        _directory.Dispose();
    }

    private async Task<bool> StartAsync()
    {
        var port = FreePort();
        Target = new SshTarget { Host = "127.0.0.1", Port = port, User = Environment.UserName, HostKeyAlias = Alias };
        string[] config =
        [
            $"Port {port}", "ListenAddress 127.0.0.1", $"HostKey {_directory.File("host")}", "PidFile none",
            $"TrustedUserCAKeys {_directory.File("authority.pub")}", $"AuthorizedPrincipalsFile {_directory.File("principals")}",
            "AuthorizedKeysFile none", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "UsePAM no", "StrictModes no", "MaxStartups 100", "LogLevel VERBOSE",
        ];
        await File.WriteAllLinesAsync(_directory.File("sshd_config"), config);
        // From 9.8 on a source that fails often is shut out, and some of these tests fail on purpose.
        var test = await Commands.TryRunAsync(Sshd, "-t", "-f", _directory.File("sshd_config"), "-o", "PerSourcePenalties=no");
        string[] extra = test.ExitCode == 0 ? ["-o", "PerSourcePenalties=no"] : [];
        var listening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = new ProcessStartInfo(Sshd, ["-D", "-e", "-f", _directory.File("sshd_config"), .. extra]) { RedirectStandardError = true, UseShellExecute = false } };
        _process.ErrorDataReceived += (_, line) =>
        {
            _log.Enqueue(line.Data ?? "(sshd closed its log)");
            if (line.Data is null || line.Data.StartsWith("Server listening", StringComparison.Ordinal))
            {
                listening.TrySetResult(line.Data is not null);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        return await listening.Task;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[CollectionDefinition(Name)]
public sealed class SshServerCollection : ICollectionFixture<SshServer>
{
    public const string Name = "one real sshd";
}
