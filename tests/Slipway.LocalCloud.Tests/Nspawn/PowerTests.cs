using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class PowerTests
{
    [Fact]
    public async Task Pulling_the_plug_keeps_the_disk_and_is_no_news()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(11);
        await computer.SshAsync(address, "echo kept > /root/note; cp /etc/ssh/ssh_host_ed25519_key.pub /root/; touch /run/volatile");

        await computer.Driver.PowerOffAsync(11, CancellationToken.None);
        computer.Leftovers(computer.Driver.SubnetOctet).ShouldNotContain(l => l.StartsWith("process"));
        await computer.Driver.StartAsync(11, CancellationToken.None);

        (await computer.SshAsync(address, "cat /root/note; cmp /root/*.pub /etc/ssh/ssh_host_ed25519_key.pub && ls /run/volatile || echo fresh"))
            .ShouldBe("kept\nfresh\n");
        computer.AnyEndedByItself.ShouldBeFalse();
    }

    [Fact]
    public async Task A_shutdown_is_clean_and_tells_when_it_is_done()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(12);

        await computer.Driver.ShutdownAsync(12, CancellationToken.None);

        (await computer.NextEndedByItselfAsync()).ShouldBe(12);
        (await computer.Driver.ReadConsoleAsync(12, CancellationToken.None)).ShouldContain("All filesystems");
        await computer.Driver.StartAsync(12, CancellationToken.None);
        (await computer.SshAsync(address, "echo again")).ShouldBe("again\n");
    }

    [Fact]
    public async Task A_machine_that_powers_itself_off_is_off()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(13);

        await computer.TrySshAsync(address, "systemctl poweroff");

        (await computer.NextEndedByItselfAsync()).ShouldBe(13);
    }

    [Fact]
    public async Task A_reboot_from_inside_comes_back_by_itself()
    {
        await using var computer = await Computer.StartAsync();
        var spec = computer.Spec(14);
        spec = spec with
        {
            UserData = spec.UserData + """
                write_files:
                  - {path: /var/lib/cloud/scripts/per-boot/call, permissions: '0755', content: "#!/bin/sh\ncurl -sS -d again $(cat /etc/slipway-local/control-url)boot\n"}

                """,
        };
        var address = await computer.Driver.CreateAsync(spec, CancellationToken.None);
        await computer.Driver.StartAsync(14, CancellationToken.None);
        (await computer.NextCallAsync()).Path.ShouldBe("/boot");
        (await computer.NextCallAsync()).Path.ShouldBe("/phone-home/14");

        await computer.TrySshAsync(address, "touch /root/before; systemctl reboot");

        (await computer.NextCallAsync()).Path.ShouldBe("/boot");
        (await computer.SshAsync(address, "ls /root")).ShouldContain("before");
        computer.AnyEndedByItself.ShouldBeFalse();
    }

    [Fact]
    public async Task A_rebuild_is_a_new_disk_with_a_new_host_key_at_the_same_address()
    {
        await using var computer = await Computer.StartAsync();
        var (address, first) = await computer.BootAsync(15);
        await computer.SshAsync(address, "touch /root/old");

        await computer.Driver.RebuildAsync(computer.Spec(15) with { Hostname = "renamed" }, CancellationToken.None);
        await computer.Driver.StartAsync(15, CancellationToken.None);

        var second = (await computer.NextCallAsync()).Body;
        second.ShouldContain("hostname=renamed");
        Key(second).ShouldNotBe(Key(first));
        (await computer.SshAsync(address, "ls /root")).ShouldNotContain("old");
        (await computer.Driver.CreateAsync(computer.Spec(15), CancellationToken.None)).ShouldBe(address);
    }

    [Fact]
    public async Task Calls_that_change_nothing_are_no_errors()
    {
        await using var computer = await Computer.StartAsync();
        var driver = computer.Driver;
        var promised = computer.Spec(16).Address!;
        (await driver.CreateAsync(computer.Spec(16), CancellationToken.None)).ShouldBe(promised);
        (await driver.CreateAsync(computer.Spec(16), CancellationToken.None)).ShouldBe(promised);

        await driver.PowerOffAsync(16, CancellationToken.None);
        await driver.ShutdownAsync(16, CancellationToken.None);
        await driver.StartAsync(16, CancellationToken.None);
        await driver.StartAsync(16, CancellationToken.None);
        await driver.DeleteAsync(16, CancellationToken.None);
        await driver.DeleteAsync(16, CancellationToken.None);

        (await Should.ThrowAsync<MachineNotFoundException>(() => driver.StartAsync(16, CancellationToken.None))).Message.ShouldContain("16");
        await Should.ThrowAsync<NotSupportedException>(() => driver.ExecuteAsync(16, new ExecRequest("x", "x", null), CancellationToken.None));
        computer.AnyEndedByItself.ShouldBeFalse();
    }

    private static string Key(string body) => body.Split("ssh-ed25519 ")[1].Split(' ')[0];
}
