using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class SecrecyTests(SshServer server)
{
    private const string Secret = "sk-live-hunter2-c0ffee";

    [Fact]
    public async Task Input_and_command_are_on_no_command_line_in_no_file_and_in_no_log()
    {
        using var directory = new TemporaryDirectory();
        using var log = new CapturedLog();
        await using var authority = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, server.Options, loggerFactory: log);
        var client = new SshClient(server.Options, authority, loggerFactory: log);
        var command = ShellCommand.Create($"cat > /dev/null; : marked-command; touch {directory.File("here")}; until [ -e {directory.File("go")} ]; do sleep 0.05; done");

        var run = client.RunAsync(server.Target, server.HostKey, command, Encoding.UTF8.GetBytes(Secret));
        await Eventually.HoldsAsync(() => File.Exists(directory.File("here")), "the command read its input");
        var all = Eventually.CommandLines();
        var ours = all.Where(p => p.Text.Contains(authority.Work.DirectoryPath)).ToArray();
        var files = Directory.EnumerateFiles(authority.Work.DirectoryPath, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)).Select(File.ReadAllText).ToArray();
        await File.WriteAllTextAsync(directory.File("go"), "");
        await run;

        all.ShouldAllBe(p => !p.Text.Contains(Secret));
        ours.Length.ShouldBe(3, "two agents and one ssh");
        ours.ShouldAllBe(p => !p.Text.Contains("marked-command"));
        files.Length.ShouldBeGreaterThan(1);
        files.ShouldAllBe(f => !f.Contains(Secret) && !f.Contains("PRIVATE"));
        log.Lines.Count.ShouldBe(2, "one line for the certificate, one for the connection");
        log.Lines.ShouldAllBe(l => !l.Contains(Secret) && !l.Contains("marked-command"));
    }

    [Fact]
    public async Task A_failure_tells_nothing_of_input_command_or_output()
    {
        using var log = new CapturedLog();
        var client = new SshClient(server.Options, server.Authority, loggerFactory: log);
        var command = ShellCommand.Create(
            $"""
            cat; cat >&2; echo {Secret}; echo {Secret} >&2
            p=$$
            until grep -q '^sshd' /proc/$p/comm; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done
            kill -9 $p
            """);

        var thrown = await Should.ThrowAsync<SshException>(client.RunAsync(server.Target, server.HostKey, command, Encoding.UTF8.GetBytes(Secret)));

        thrown.Failure.ShouldBe(SshFailure.ConnectionLost);
        thrown.ToString().ShouldNotContain(Secret);
        log.Lines.ShouldContain(l => l.Contains("ConnectionLost"));
        log.Lines.ShouldAllBe(l => !l.Contains(Secret));
    }

    [Fact]
    public async Task Nothing_of_our_environment_reaches_ssh()
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])["ssh-keygen", "ssh-agent", "ssh-add"])
        {
            await File.WriteAllTextAsync(directory.File(name), "");
        }

        await File.WriteAllTextAsync(directory.File("ssh"), "#!/bin/sh\n{ echo OpenSSH_9.9p1; env; } | tr '\\n' ' ' >&2\n");
        await Commands.RunAsync("chmod", "+x", directory.File("ssh"));

        var tools = await SshTools.FindAsync(new SshOptions { ToolDirectory = directory.Path });

        tools.VersionText.Split(' ').Where(w => w.Contains('=')).Select(w => w[..w.IndexOf('=')])
            .ShouldBeSubsetOf(["PATH", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_"]);
    }

    [Fact]
    public void Details_of_a_failure_are_short_and_printable()
    {
        var thrown = new SshException(SshFailure.ClientFailed, "agt-abc (192.0.2.1:22)", "a\u001b[31m\r\nb" + new string('x', 10_000));

        thrown.Details.ShouldStartWith("a[31m b");
        thrown.Details.Length.ShouldBeLessThan(2100);
        thrown.Message.ShouldContain("agt-abc (192.0.2.1:22)");
    }

    private sealed class CapturedLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
