using Slipway.Testing;

namespace Slipway.CloudInit.Tests;

/// <summary>Documents as the distribution's cloud-init carries them out: its own modules write the files and the run script.</summary>
public sealed class AppliedTests
{
    // write_files and runcmd do all their work through these functions; only where they may write is moved.
    private const string Apply = """
        import os, stat, sys, json
        from unittest import mock
        from cloudinit import util
        from cloudinit.config import cc_write_files
        root, document = sys.argv[1], util.load_yaml(sys.stdin.read())
        files = document["write_files"]
        modes = {}
        for f in files:
            f["path"] = root + f["path"]
        with mock.patch.object(util, "chownbyname"):
            cc_write_files.write_files("test", files, "root:root")
        for f in files:
            modes[f["path"][len(root):]] = oct(stat.S_IMODE(os.stat(f["path"]).st_mode))
        json.dump({"modes": modes, "runcmd": util.shellify(document.get("runcmd", []))}, sys.stdout)
        """;

    [Fact]
    public async Task C5_cloud_init_itself_writes_every_file_as_it_was_given()
    {
        using var directory = new TemporaryDirectory();
        var config = GoldenCases.All["files"] with { BootScript = GoldenCases.All["boot-script"].BootScript };

        var applied = await ApplyAsync(directory, config);

        foreach (var file in config.WriteFiles)
        {
            (await File.ReadAllTextAsync(directory.Path + file.Path)).ShouldBe(file.Content, file.Path);
        }

        (await File.ReadAllTextAsync(directory.Path + "/var/lib/slipway/boot.sh")).ShouldBe(config.BootScript!.ToBash());
        applied.GetProperty("modes").GetProperty("/var/lib/slipway/boot.sh").GetString().ShouldBe("0o700");
        applied.GetProperty("modes").GetProperty("/srv/agent/.bashrc").GetString().ShouldBe("0o600");
        applied.GetProperty("runcmd").GetString().ShouldBe("#!/bin/sh\n'bash' '/var/lib/slipway/boot.sh'\n");
    }

    [Fact]
    public async Task C4_the_run_script_cloud_init_makes_of_it_fails_when_a_phase_fails_and_reports_that()
    {
        await using var receiver = new ReportReceiver();
        using var directory = new TemporaryDirectory();
        var script = new BootScript
        {
            ReportUrl = receiver.Url,
            Phases = [new BootPhase("fails", "echo 'it'\\''s broken'; exit 9")],
            LogPath = directory.File("boot.log"),
            ReportPath = directory.File("boot-report"),
        };

        var applied = await ApplyAsync(directory, new CloudConfig { BootScript = script });
        var runcmd = applied.GetProperty("runcmd").GetString()!.Replace("'/var/lib", $"'{directory.Path}/var/lib");
        var (exitCode, _, _) = await Tool.RunAsync("sh", ["-c", runcmd]);

        exitCode.ShouldBe(9);
        receiver.Forms.ShouldHaveSingleItem()["log_tail"].ShouldEndWith("it's broken");
    }

    private static async Task<System.Text.Json.JsonElement> ApplyAsync(TemporaryDirectory directory, CloudConfig config)
    {
        var (exitCode, output, error) = await Tool.RunAsync("/usr/bin/python3", ["-c", Apply, directory.Path], config.ToYaml());
        exitCode.ShouldBe(0, error);
        return System.Text.Json.JsonDocument.Parse(output).RootElement;
    }
}
