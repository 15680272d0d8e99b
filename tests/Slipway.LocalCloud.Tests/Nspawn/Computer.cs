using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Machines.Nspawn;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.Nspawn;

/// <summary>One LocalCloud with real machines, and what a control plane has: a key, and a listener on loopback machines call.</summary>
internal sealed class Computer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private readonly Channel<long> _endedByThemselves = Channel.CreateUnbounded<long>();
    private readonly ConcurrentDictionary<long, string> _addresses = new();
    private WebApplication _listener = null!;

    public NspawnDriver Driver { get; private set; } = null!;

    public NspawnOptions Options { get; private set; } = null!;

    /// <summary>What the listener answers; phone-home needs no more than the default.</summary>
    public Func<Call, IResult> Answer { get; set; } = _ => Results.NoContent();

    private int Port => new Uri(_listener.Urls.Single()).Port;

    public string PublicKey { get; private set; } = "";

    public static async Task<Computer> StartAsync()
    {
        var computer = new Computer();
        await computer.ListenAsync();
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", computer._directory.File("id"));
        computer.PublicKey = (await File.ReadAllTextAsync(computer._directory.File("id.pub"))).Trim();
        computer.Options = new NspawnOptions
        {
            StateDirectory = computer._directory.File("state"),
            ExposedPorts = [computer.Port],
            ControlUrl = new Uri($"http://127.0.0.1:{computer.Port}"),
        };
        computer.Driver = new NspawnDriver(computer.Options, TimeProvider.System, NullLoggerFactory.Instance);
        computer.Driver.PowerChanged += (id, state) =>
        {
            state.ShouldBe(PowerState.Off);
            computer._endedByThemselves.Writer.TryWrite(id);
        };
        await computer.Driver.InitializeAsync(CancellationToken.None);
        return computer;
    }

    public MachineSpec Spec(long id, string? userData = "default") => new(
        id, $"{id}", $"agent-{id}", "debian-12", userData == "default" ? PhoneHome(id) : userData, [PublicKey])
    {
        Address = _addresses.GetOrAdd(id, _ => Driver.AllocateAddress()),
        Location = "fsn1",
        NetworkZone = "eu-central",
    };

    public string PhoneHome(long id) => $$"""
        #cloud-config
        phone_home: {url: "http://{{Driver.HostAddress}}:{{Port}}/phone-home/{{id}}", post: [pub_key_ed25519, instance_id, hostname], tries: 3}

        """;

    /// <summary>Creates and boots a machine and waits until it has phoned home.</summary>
    public async Task<(string Address, string Body)> BootAsync(long id)
    {
        var address = await Driver.CreateAsync(Spec(id), CancellationToken.None);
        await Driver.StartAsync(id, CancellationToken.None);
        return (address, (await NextCallAsync()).Body);
    }

    public async Task<Call> NextCallAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<long> NextEndedByItselfAsync() => await _endedByThemselves.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>What this LocalCloud, and no other on this computer, has in the kernel and on disk.</summary>
    public IReadOnlyList<string> Leftovers(int octet) =>
        [.. NspawnDriver.FindLeftovers(Options).Where(l => l.Contains(_directory.Path) || OfOctet(octet).IsMatch(l))];

    public bool AnyEndedByItself => _endedByThemselves.Reader.TryPeek(out _);

    /// <summary>Runs a command as root in a machine; waits for sshd as long as it takes the machine to boot.</summary>
    public async Task<string> SshAsync(string address, string command)
    {
        var (code, output, errors) = await TrySshAsync(address, command);
        code.ShouldBe(0, $"{command}: {output} {errors}");
        return output;
    }

    public Task<(int Code, string Output, string Errors)> TrySshAsync(string address, string command) => TryRunAsync(
        "ssh", "-F", "none", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5", "-o", "ConnectionAttempts=30", "-o", "IdentitiesOnly=yes",
        "-i", _directory.File("id"), $"root@{address}", command);

    /// <summary>The exit code of one try to get in.</summary>
    public async Task<int> TrySshOnceAsync(string address) => (await TryRunAsync(
        "ssh", "-F", "none", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "ConnectTimeout=3", "-i", _directory.File("id"), $"root@{address}", "true")).Code;

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await _listener.DisposeAsync();
        _directory.Dispose();
    }

    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var (code, output, errors) = await TryRunAsync(tool, arguments);
        code.ShouldBe(0, $"{tool}: {errors}");
        return output;
    }

    private static async Task<(int Code, string Output, string Errors)> TryRunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Whatever is named after a LocalCloud's number.</summary>
    public static Regex OfOctet(int octet) => new(
        $@"(slw|vb-slw|vp|slipway_local_|slipway-local-|/run/slipway-local/){octet}(n\d+)?\b", RegexOptions.None, TimeSpan.FromSeconds(1));

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _listener = builder.Build();
        _listener.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var call = new Call(context.Request.Path, WebUtility.UrlDecode(await reader.ReadToEndAsync()));
            await _calls.Writer.WriteAsync(call);
            await Answer(call).ExecuteAsync(context);
        });
        await _listener.StartAsync();
    }
}

internal sealed record Call(string Path, string Body);
