namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class SnapshotTests
{
    [Fact]
    public async Task H4_a_machine_from_a_snapshot_has_its_files_and_is_nevertheless_another_machine()
    {
        await using var computer = await Computer.StartAsync();
        var driver = computer.Driver;
        var (address, firstCall) = await computer.BootAsync(61);
        await computer.SshAsync(address, "echo kept > /root/note; rm /etc/debian_version; ln -s /nowhere /var/lib/cloud/seed2; cloud-init status --wait >/dev/null; sync");
        var firstId = await computer.SshAsync(address, "cat /etc/machine-id");

        (await driver.SnapshotAsync(61, 900, CancellationToken.None)).ShouldBeGreaterThan(0);

        (await computer.SshAsync(address, "echo runs on > /root/note; cat /root/note")).ShouldBe("runs on\n");
        await driver.DeleteAsync(61, CancellationToken.None);
        await driver.CreateAsync(computer.Spec(62) with { SnapshotId = 900 }, CancellationToken.None);
        await driver.DeleteImageAsync(900, CancellationToken.None);
        await driver.StartAsync(62, CancellationToken.None);
        var secondCall = await computer.NextCallAsync();
        secondCall.Path.ShouldBe("/phone-home/62");
        secondCall.Body.ShouldContain("instance_id=62");
        secondCall.Body.ShouldContain("hostname=agent-62");
        secondCall.Body.Split("ssh-ed25519 ")[1].Split(' ')[0].ShouldNotBe(firstCall.Split("ssh-ed25519 ")[1].Split(' ')[0]);
        var second = computer.Spec(62).Address!;
        (await computer.SshAsync(second, "cat /root/note; test -e /etc/debian_version || echo deleted")).ShouldBe("kept\ndeleted\n");
        (await computer.SshAsync(second, "cat /etc/machine-id")).ShouldNotBe(firstId);
        Directory.EnumerateDirectories(computer.Options.StateDirectory, "image-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_left_in_a_snapshot_does_not_lead_to_this_computers_files()
    {
        await using var computer = await Computer.StartAsync();
        var outside = Path.Combine(computer.Options.StateDirectory, "outside");
        Directory.CreateDirectory(outside);
        var (address, _) = await computer.BootAsync(63);
        await computer.SshAsync(address, $"cloud-init status --wait >/dev/null; rm -r /var/lib/cloud/seed; ln -s {outside} /var/lib/cloud/seed");
        await computer.Driver.SnapshotAsync(63, 901, CancellationToken.None);

        await computer.Driver.CreateAsync(computer.Spec(64) with { SnapshotId = 901 }, CancellationToken.None);

        Directory.EnumerateFileSystemEntries(outside).ShouldBeEmpty();
        await computer.Driver.StartAsync(64, CancellationToken.None);
        (await computer.NextCallAsync()).Path.ShouldBe("/phone-home/64");
    }
}
