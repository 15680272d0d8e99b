using System.Security.Cryptography;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class RunTests(SshServer server)
{
    [Fact]
    public async Task A_command_runs_and_leaves_its_output_and_its_errors_apart()
    {
        var result = await server.RunAsync(ShellCommand.Create($"echo out; printf 'err' >&2"));

        result.ShouldBe(new SshResult(0, "out\n", "err"));
    }

    [Fact]
    public async Task Standard_input_arrives_byte_for_byte()
    {
        using var directory = new TemporaryDirectory();
        var bytes = new byte[1024 * 1024];
        RandomNumberGenerator.Fill(bytes);

        var result = await server.RunAsync(ShellCommand.Create($"cat > {directory.File("received")}"), bytes);

        result.ExitCode.ShouldBe(0);
        (await File.ReadAllBytesAsync(directory.File("received"))).SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_is_no_failure()
    {
        var result = await server.RunAsync(ShellCommand.Create($"exec true"), new byte[4 * 1024 * 1024]);

        result.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Large_output_both_ways_does_not_block()
    {
        var bytes = new byte[1024 * 1024];
        Array.Fill(bytes, (byte)'a');

        var result = await server.RunAsync(ShellCommand.Create($"tee /dev/stderr"), bytes);

        result.Stdout.Length.ShouldBe(bytes.Length);
        result.Stderr.ShouldNotContain("begin");
    }

    [Fact]
    public async Task Output_beyond_the_limit_keeps_its_beginning_its_end_and_the_exit_code()
    {
        var result = await server.RunAsync(ShellCommand.Create(
            $"(echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last) | tee /dev/stderr; exit 9"));

        result.ExitCode.ShouldBe(9);
        foreach (var text in (string[])[result.Stdout, result.Stderr])
        {
            text.ShouldStartWith("first\n");
            text.ShouldEndWith("last\n");
            text.ShouldContain("bytes left out …]");
            text.Length.ShouldBeLessThan(server.Options.OutputLimit + 100);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(124)]
    [InlineData(255)]
    public async Task T31_The_exit_code_is_the_commands_own_even_where_ssh_uses_the_same(int code)
    {
        var result = await server.RunAsync(ShellCommand.Create($"exit {code}"));

        result.ShouldBe(new SshResult(code, "", ""));
    }

    [Fact]
    public async Task A_syntax_error_a_signal_and_an_exec_cannot_skip_the_report()
    {
        (await server.RunAsync(ShellCommand.Create($"if then"))).ExitCode.ShouldBe(2);
        (await server.RunAsync(ShellCommand.Create($"kill -TERM $$"))).ExitCode.ShouldBe(128 + 15);
        (await server.RunAsync(ShellCommand.Create($"exec sh -c 'exit 5'"))).ExitCode.ShouldBe(5);
        (await server.RunAsync(ShellCommand.Create($"set -eu; false"))).ExitCode.ShouldBe(1);
        (await server.RunAsync(ShellCommand.Create($"no-such-program"))).ExitCode.ShouldBe(127);
    }

    [Fact]
    public async Task A_command_that_prints_what_ssh_says_on_failure_has_not_failed()
    {
        var result = await server.RunAsync(ShellCommand.Create($"echo 'Host key verification failed.' >&2; exit 255"));

        result.ShouldBe(new SshResult(255, "", "Host key verification failed.\n"));
    }

    [Fact]
    public async Task Many_connections_at_once_do_not_disturb_each_other()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => server.RunAsync(ShellCommand.Create($"cat; exit {i}"), new byte[] { (byte)('a' + i) })));

        results.Select(r => r.ExitCode).ShouldBe(Enumerable.Range(0, 12));
        results.Select(r => r.Stdout[0]).ShouldBe("abcdefghijkl");
    }

    [Fact]
    public async Task An_unpinned_run_returns_the_key_of_the_host_it_talked_to()
    {
        var (result, presented) = await server.Client.RunUnpinnedAsync(server.Target, ShellCommand.Create($"cat"), "proof"u8.ToArray());

        result.Stdout.ShouldBe("proof");
        presented.ShouldBe(server.HostKey);
    }

    [Fact]
    public async Task No_file_of_a_connection_is_left_when_it_is_over()
    {
        await server.RunAsync(ShellCommand.Create($"true"));

        Directory.GetDirectories(server.Authority.Work.DirectoryPath).ShouldBeEmpty();
    }
}
