using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Slipway.Machines.Shell;
using Slipway.Machines.Steps;
using Slipway.Testing;
using Slipway.Tests.Blueprints;

namespace Slipway.Tests.Machines;

/// <summary>The script that machines run, in the real bash; only what it asks of a machine is imitated.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EvidenceScriptTests : IDisposable
{
    private readonly TemporaryDirectory _commands = new();

    [Fact]
    public async Task A_short_journal_comes_whole_with_the_units_state_and_cloud_inits()
    {
        await ImitateAsync("cloud-init", "echo 'status: error'; exit 1");
        await ImitateAsync("systemctl", "echo failed; exit 3");
        await ImitateAsync("journalctl", "echo 'port 8080 is taken'; echo 'giving up'");

        var (exitCode, text) = await RunAsync();

        exitCode.ShouldBe(0);
        text.ShouldContain("== cloud-init status\nstatus: error\n");
        text.ShouldContain("== unit ");
        text.ShouldEndWith("\nfailed\nport 8080 is taken\ngiving up\n");
    }

    [Fact]
    public async Task A_long_journal_is_cut_at_a_line_so_that_no_half_secret_is_left()
    {
        await ImitateAsync("cloud-init", "yes status | head --bytes=100000");
        await ImitateAsync("systemctl", "echo active");
        // Lines as long as the cut is wide: it falls into one of them.
        await ImitateAsync("journalctl", "for n in $(seq 200); do printf 'line-%04d-%s-end\\n' $n $(printf 's%.0s' $(seq 500)); done");

        var (exitCode, text) = await RunAsync();

        exitCode.ShouldBe(0);
        var lines = text[text.IndexOf("\nactive\n", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        lines.Count.ShouldBe(11, "the twelfth was cut");
        lines.ShouldAllBe(line => line.StartsWith("line-", StringComparison.Ordinal) && line.EndsWith("-end", StringComparison.Ordinal));
        Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(TakeEvidence.Limit);
    }

    public void Dispose() => _commands.Dispose();

    private async Task ImitateAsync(string command, string script)
    {
        var file = _commands.File(command);
        await File.WriteAllTextAsync(file, "#!/bin/bash\n" + script + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<(int ExitCode, string Text)> RunAsync()
    {
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", RemoteScripts.CollectEvidence(SampleBlueprint.Parse()).Text])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["PATH"] = $"{_commands.Path}:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        var text = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, text);
    }
}
