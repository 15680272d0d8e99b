namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class VolumeTests
{
    private static readonly CancellationToken Always = CancellationToken.None;

    [Fact]
    public async Task A_volume_keeps_its_files_from_one_machine_to_the_next_and_over_a_restart()
    {
        await using var computer = await Computer.StartAsync();
        var (first, _) = await computer.BootAsync(61);
        var (second, _) = await computer.BootAsync(62);
        await computer.Driver.CreateVolumeAsync(7, Always);

        await computer.Driver.AttachVolumeAsync(61, 7, Always);
        await computer.SshAsync(first, "echo precious > /mnt/HC_Volume_7/note && mountpoint -q /mnt/HC_Volume_7");
        await computer.Driver.DetachVolumeAsync(61, 7, Always);

        (await computer.SshAsync(first, "mountpoint -q /mnt/HC_Volume_7 || ls /mnt/HC_Volume_7 | wc -l")).Trim().ShouldBe("0");
        await computer.Driver.AttachVolumeAsync(62, 7, Always);
        (await computer.SshAsync(second, "cat /mnt/HC_Volume_7/note")).ShouldBe("precious\n");
        await computer.Driver.PowerOffAsync(62, Always);
        await computer.Driver.StartAsync(62, Always);
        (await computer.SshAsync(second, "cat /mnt/HC_Volume_7/note")).ShouldBe("precious\n");
        await computer.Driver.DetachVolumeAsync(62, 7, Always);
        await computer.Driver.AttachVolumeAsync(62, 7, Always);
        (await computer.SshAsync(second, "cat /mnt/HC_Volume_7/note")).ShouldBe("precious\n");
    }

    [Fact]
    public async Task A_volume_in_a_machine_is_not_deleted_and_one_that_was_deleted_is_gone()
    {
        await using var computer = await Computer.StartAsync();
        await computer.Driver.CreateAsync(computer.Spec(63), Always);
        await computer.Driver.CreateVolumeAsync(8, Always);
        await computer.Driver.AttachVolumeAsync(63, 8, Always);
        var directory = Path.Combine(computer.Options.StateDirectory, "instances", $"{computer.Driver.SubnetOctet}", "volumes", "8");
        Directory.Exists(directory).ShouldBeTrue();

        (await Should.ThrowAsync<InvalidOperationException>(() => computer.Driver.DeleteVolumeAsync(8, Always))).Message.ShouldContain("detach");
        await computer.Driver.DetachVolumeAsync(63, 8, Always);
        await computer.Driver.DeleteVolumeAsync(8, Always);

        Directory.Exists(directory).ShouldBeFalse();
        await Should.ThrowAsync<InvalidOperationException>(() => computer.Driver.AttachVolumeAsync(63, 8, Always));
    }

    [Fact]
    public async Task A_machine_cannot_lead_a_mount_out_of_itself()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(64);
        var outside = Path.Combine(computer.Options.StateDirectory, "outside");
        Directory.CreateDirectory(outside);
        await computer.SshAsync(address, $"rmdir /mnt && ln -s {outside} /mnt");
        await computer.Driver.CreateVolumeAsync(9, Always);

        await Should.ThrowAsync<IOException>(() => computer.Driver.AttachVolumeAsync(64, 9, Always));

        Directory.EnumerateFileSystemEntries(outside).ShouldBeEmpty();
    }
}
