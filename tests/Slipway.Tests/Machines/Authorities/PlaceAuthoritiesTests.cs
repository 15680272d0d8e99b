using System.Diagnostics;
using System.Runtime.Versioning;
using Slipway.Machines.Shell;
using Slipway.Testing;

namespace Slipway.Tests.Machines.Authorities;

/// <summary>S5: the script that machines run, in the real bash, in a directory in the place of /etc/ssh.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PlaceAuthoritiesTests : IDisposable
{
    private const string One = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g one";
    private const string Two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g two";
    private readonly TemporaryDirectory _directory = new();

    private string Authorities => _directory.File("slipway_ca.pub");

    [Fact]
    public async Task S5_The_file_is_replaced_whole_and_readable_and_nothing_else_is_left()
    {
        await File.WriteAllTextAsync(Authorities, One + "\n");

        (await RunAsync($"2\n{One}\n{Two}\n")).ExitCode.ShouldBe(0);

        (await File.ReadAllTextAsync(Authorities)).ShouldBe($"# slipway 2\n{One}\n{Two}\n");
        File.GetUnixFileMode(Authorities).ShouldBe((UnixFileMode)0b110_100_100);
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([Authorities]);
        (await RunAsync($"2\n{One}\n{Two}\n")).ExitCode.ShouldBe(0, "the same again");
    }

    [Fact]
    public async Task S5_A_late_writer_does_not_bring_back_what_was_dropped()
    {
        (await RunAsync($"3\n{Two}\n")).ExitCode.ShouldBe(0);

        var (exitCode, errors) = await RunAsync($"2\n{One}\n{Two}\n");

        (exitCode, errors.Trim()).ShouldBe((3, "generation 3 is in place, later than 2"));
        (await File.ReadAllTextAsync(Authorities)).ShouldBe($"# slipway 3\n{Two}\n");
    }

    [Fact]
    public async Task S5_What_is_no_key_or_was_cut_short_replaces_nothing()
    {
        (await RunAsync($"2\n{One}\n")).ExitCode.ShouldBe(0);

        foreach (var broken in (string[])["3\n", $"3\n{One}\n{Two[..40]}\n", "", $"3\n{One}\nssh-ed25519 AAAA\n"])
        {
            (await RunAsync(broken)).ExitCode.ShouldNotBe(0, broken);
            (await File.ReadAllTextAsync(Authorities)).ShouldBe($"# slipway 2\n{One}\n");
        }

        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([Authorities]);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<(int ExitCode, string Errors)> RunAsync(string input)
    {
        var script = RemoteScripts.PlaceAuthorities.Text.Replace("/etc/ssh/", _directory.Path + "/", StringComparison.Ordinal);
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await bash.StandardInput.WriteAsync(input);
        bash.StandardInput.Close();
        var errors = await bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, errors);
    }
}
