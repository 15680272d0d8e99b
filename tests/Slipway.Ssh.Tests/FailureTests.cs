using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class FailureTests(SshServer server)
{
    private static readonly ShellCommand Nothing = ShellCommand.Create($"true");

    [Fact]
    public async Task S5_another_host_key_than_the_pinned_one_is_final()
    {
        var other = SshHostKey.Parse((await SshCertificateAuthority.GenerateKeyAsync(server.Options)).PublicKey);

        var thrown = await FailAsync(server.Client.RunAsync(server.Target, other, Nothing, "secret"u8.ToArray()));

        thrown.Failure.ShouldBe(SshFailure.HostKeyMismatch);
        thrown.IsFinal.ShouldBeTrue();
        thrown.Host.ShouldBe($"agt-abc (127.0.0.1:{server.Target.Port})");
    }

    [Fact]
    public async Task S5_a_host_that_has_no_key_of_the_pinned_type_is_not_the_pinned_host()
    {
        using var directory = new TemporaryDirectory();
        await Commands.RunAsync("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", directory.File("key"));
        var other = SshHostKey.Parse(await File.ReadAllTextAsync(directory.File("key.pub")));

        var thrown = await FailAsync(server.Client.RunAsync(server.Target, other, Nothing));

        thrown.Failure.ShouldBe(SshFailure.HostKeyMismatch);
    }

    [Fact]
    public async Task A_host_nobody_pinned_is_unknown()
    {
        var nobody = new HostKeyPolicy("yes", "ssh-ed25519", "");

        var thrown = await FailAsync(server.Client.ConnectAsync(server.Target, nobody, Nothing, default, null, default));

        thrown.Failure.ShouldBe(SshFailure.HostKeyUnknown);
        thrown.IsFinal.ShouldBeFalse();
    }

    [Fact]
    public async Task A_connection_that_dies_in_the_middle_is_lost()
    {
        // The command climbs to its session's sshd and kills it.
        var command = ShellCommand.Create(
            $"""
            p=$$
            until grep -q '^sshd' /proc/$p/comm; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done
            kill -9 $p
            """);

        var thrown = await FailAsync(server.RunAsync(command));

        thrown.Failure.ShouldBe(SshFailure.ConnectionLost);
        thrown.IsFinal.ShouldBeFalse();
    }

    [Fact]
    public async Task S5_a_host_that_accepts_and_says_nothing_times_out()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var target = server.Target with { Port = ((IPEndPoint)silent.LocalEndpoint).Port };
        var client = new SshClient(new SshOptions { ConnectTimeout = TimeSpan.FromSeconds(1) }, server.Authority);

        var thrown = await FailAsync(client.RunAsync(target, server.HostKey, Nothing));

        thrown.Failure.ShouldBe(SshFailure.ConnectionTimedOut);
    }

    [Fact]
    public async Task A_host_that_hangs_up_at_once_is_a_lost_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = server.Target with { Port = ((IPEndPoint)listener.LocalEndpoint).Port };
        var hangUp = Task.Run(async () => (await listener.AcceptTcpClientAsync()).Close());

        var thrown = await FailAsync(server.Client.RunAsync(target, server.HostKey, Nothing));

        thrown.Failure.ShouldBe(SshFailure.ConnectionLost);
        await hangUp;
    }

    [Fact]
    public async Task A_port_nobody_listens_on_refuses()
    {
        var target = server.Target with { Port = SshServer.FreePort() };

        var thrown = await FailAsync(server.Client.RunAsync(target, server.HostKey, Nothing));

        thrown.Failure.ShouldBe(SshFailure.ConnectionRefused);
    }

    [Fact]
    public async Task A_name_without_an_address_is_not_resolved()
    {
        var thrown = await FailAsync(server.Client.RunAsync(server.Target with { Host = "no-such-host.invalid" }, server.HostKey, Nothing));

        thrown.Failure.ShouldBe(SshFailure.NameNotResolved);
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_here_and_on_the_machine()
    {
        using var directory = new TemporaryDirectory();
        var clock = new ManualTimeProvider();
        var client = new SshClient(server.Options, server.Authority, clock);
        var run = client.RunAsync(
            server.Target, server.HostKey, Hang(directory), timeout: TimeSpan.FromSeconds(1));
        var remote = await StartedAsync(directory);
        OurClients().ShouldNotBeEmpty();

        clock.Advance(TimeSpan.FromSeconds(1));

        (await FailAsync(run)).Failure.ShouldBe(SshFailure.CommandTimedOut);
        OurClients().ShouldBeEmpty();
        Directory.GetDirectories(server.Authority.Work.DirectoryPath).ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !Eventually.IsAlive(remote), "the command on the machine is gone");
    }

    [Fact]
    public async Task Cancelling_ends_the_client_and_leaves_nothing_behind()
    {
        using var directory = new TemporaryDirectory();
        using var cancellation = new CancellationTokenSource();
        var client = new SshClient(server.Options, server.Authority, new ManualTimeProvider());
        var run = client.RunAsync(
            server.Target, server.HostKey, Hang(directory), timeout: TimeSpan.FromSeconds(1), ct: cancellation.Token);
        var remote = await StartedAsync(directory);

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(run);
        OurClients().ShouldBeEmpty();
        Directory.GetDirectories(server.Authority.Work.DirectoryPath).ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !Eventually.IsAlive(remote), "the command on the machine is gone");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue / TimeSpan.TicksPerMillisecond)]
    public async Task A_time_out_that_is_none_is_refused(long milliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);

        await Should.ThrowAsync<ArgumentOutOfRangeException>(server.Client.RunAsync(server.Target, server.HostKey, Nothing, timeout: timeout));
    }

    [Fact]
    public async Task A_command_too_long_for_the_machine_is_refused_before_connecting()
    {
        var thrown = await Should.ThrowAsync<ArgumentException>(server.RunAsync(ShellCommand.Create($"echo {new string('x', 130_000)}")));

        thrown.Message.ShouldContain("standard input");
    }

    [Theory]
    [InlineData("-oProxyCommand=id", "root", "agt-abc")]
    [InlineData("a b", "root", "agt-abc")]
    [InlineData("127.0.0.1", "-l", "agt-abc")]
    [InlineData("127.0.0.1", "root\n", "agt-abc")]
    [InlineData("127.0.0.1", "root", "*")]
    [InlineData("127.0.0.1", "root", "agt-abc,agt-other")]
    [InlineData("127.0.0.1", "root", "agt-abc\n")]
    public async Task A_target_that_could_be_read_as_something_else_is_refused(string host, string user, string alias)
    {
        var target = new SshTarget { Host = host, User = user, HostKeyAlias = alias };

        await Should.ThrowAsync<ArgumentException>(server.Client.RunAsync(target, server.HostKey, Nothing));
    }

    private static ShellCommand Hang(TemporaryDirectory directory) =>
        ShellCommand.Create($"echo $$ > {directory.File("tmp")}; mv {directory.File("tmp")} {directory.File("pid")}; sleep 600; true");

    private static async Task<int> StartedAsync(TemporaryDirectory directory)
    {
        await Eventually.HoldsAsync(() => File.Exists(directory.File("pid")), "the command began");
        return int.Parse(await File.ReadAllTextAsync(directory.File("pid")), CultureInfo.InvariantCulture);
    }

    private IEnumerable<string> OurClients() =>
        Eventually.CommandLines().Select(p => p.Text).Where(t => t.Contains($"{server.Authority.Work.DirectoryPath}/slipway-ssh-"));

    private static Task<SshException> FailAsync(Task task) => Should.ThrowAsync<SshException>(task);
}
