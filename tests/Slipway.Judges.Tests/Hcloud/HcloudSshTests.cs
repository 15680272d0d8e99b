using Slipway.Judges.Tests.Support;
using Slipway.Testing;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>The command line at real machines: Linux, root, systemd-nspawn. Alone, because machines boot on the cores of the others.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HcloudSshTests
{
    private const string Name = "real machines";

    [Fact]
    public async Task A_real_server_is_ordered_entered_restarted_rebuilt_and_deleted()
    {
        await using var cloud = await LocalCloudProcess.StartAsync("--machines", "nspawn");
        using var directory = new TemporaryDirectory();
        await ForeignProgram.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "id"], directory.Path, []);
        await File.WriteAllTextAsync(directory.File("user-data.yaml"), "#cloud-config\nwrite_files:\n  - {path: /etc/told, content: \"by user data\"}\n");
        await HcloudAsync("ssh-key", "create", "--name", "judge", "--public-key-from-file", "id.pub");
        await HcloudAsync("firewall", "create", "--name", "wall");
        await HcloudAsync("firewall", "add-rule", "wall", "--direction", "in", "--protocol", "tcp", "--port", "22", "--source-ips", "0.0.0.0/0");
        await HcloudAsync(
            "server", "create", "--name", "web-1", "--type", "cx23", "--image", "debian-12", "--ssh-key", "judge", "--firewall", "wall",
            "--user-data-from-file", "user-data.yaml");

        (await SshAsync("hostname; cloud-init status --wait >/dev/null; cat /etc/told; touch /root/kept")).ShouldBe("web-1\nby user data");
        (await HcloudAsync("server", "ip", "web-1")).ShouldStartWith("10.77.");
        await HcloudAsync("server", "reboot", "web-1");
        (await SshAsync("ls /root/kept")).ShouldBe("/root/kept");
        await HcloudAsync("server", "rebuild", "web-1", "--image", "debian-12");
        File.Delete(directory.File("known_hosts"));
        (await SshAsync("ls /root; hostname")).ShouldBe("web-1");
        await HcloudAsync("server", "poweroff", "web-1");
        (await HcloudAsync("server", "list", "-o", "noheader", "-o", "columns=name,status")).ShouldBe("web-1   off");
        await HcloudAsync("server", "delete", "web-1");
        (await HcloudAsync("server", "list", "-o", "noheader", "-o", "columns=name")).ShouldBeEmpty();

        // Everything behind the name is handed to ssh, which is patient while sshd is not up yet.
        Task<string> SshAsync(string command) => HcloudAsync(
            "server", "ssh", "web-1", "-F", "none", "-T", "-i", "id", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new",
            "-o", "UserKnownHostsFile=known_hosts", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5", "-o", "ConnectionAttempts=60", command);

        async Task<string> HcloudAsync(params string[] words)
        {
            var result = await ForeignProgram.RunAsync("hcloud", words, directory.Path, new Dictionary<string, string>
            {
                ["HCLOUD_TOKEN"] = LocalCloudProcess.Token,
                ["HCLOUD_ENDPOINT"] = cloud.Endpoint,
            });
            result.ExitCode.ShouldBe(0, $"{string.Join(' ', words)}: {result.Output}{result.Errors}");
            return result.Output.Trim();
        }
    }
}
