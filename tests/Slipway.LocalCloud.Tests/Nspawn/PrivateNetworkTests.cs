using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class PrivateNetworkTests
{
    private static readonly CancellationToken Always = CancellationToken.None;

    [Fact]
    public async Task Two_machines_of_one_network_talk_over_their_private_addresses_and_a_third_of_another_does_not()
    {
        var computer = await Computer.StartAsync();
        int octet;
        await using (computer)
        {
            octet = computer.Driver.SubnetOctet;
            // One before its first boot, one while it runs.
            await computer.Driver.CreateAsync(computer.Spec(71), Always);
            await computer.Driver.AttachNetworkAsync(71, Nic(1, "10.0.0.2", 1), Always);
            var (first, _) = await computer.BootAsync(71);
            var (second, _) = await computer.BootAsync(72);
            await computer.Driver.AttachNetworkAsync(72, Nic(1, "10.0.1.3", 2), Always);
            var (stranger, _) = await computer.BootAsync(73);
            await computer.Driver.AttachNetworkAsync(73, Nic(2, "10.0.1.4", 3), Always);

            (await computer.SshAsync(first, SayHello("10.0.1.3"))).ShouldStartWith("SSH-2.0");
            (await computer.SshAsync(second, SayHello("10.0.0.2"))).ShouldStartWith("SSH-2.0");
            (await computer.SshAsync(stranger, SayHello("10.0.0.2", patience: 3))).ShouldBe("silent\n");
            (await computer.SshAsync(second, "cat /sys/class/net/ens10/address")).ShouldBe("86:00:00:00:00:02\n");
            (await computer.SshAsync(second, "curl -sS http://169.254.169.254/hetzner/v1/metadata/private-networks")).ShouldContain("- ip: 10.0.1.3\n");
            computer.Leftovers(octet).ShouldContain($"interface slw{octet}n1");

            await computer.Driver.DetachNetworkAsync(72, 1, Always);
            (await computer.SshAsync(first, SayHello("10.0.1.3", patience: 3))).ShouldBe("silent\n");
            await computer.Driver.AttachNetworkAsync(72, Nic(1, "10.0.1.3", 2), Always);
            await computer.Driver.PowerOffAsync(72, Always);
            await computer.Driver.StartAsync(72, Always);
            (await computer.SshAsync(second, SayHello("10.0.0.2"))).ShouldStartWith("SSH-2.0");

            await computer.Driver.DetachNetworkAsync(73, 2, Always);
            await computer.Driver.DeleteNetworkAsync(2, Always);
            computer.Leftovers(octet).ShouldNotContain($"interface slw{octet}n2");
        }

        computer.Leftovers(octet).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_gets_another_address_while_it_is_off()
    {
        await using var computer = await Computer.StartAsync();
        var (old, _) = await computer.BootAsync(74);
        var reserved = computer.Driver.AllocateAddress();
        reserved.ShouldNotBe(old);

        await computer.Driver.PowerOffAsync(74, Always);
        await computer.Driver.SetAddressAsync(74, reserved, Always);
        await computer.Driver.StartAsync(74, Always);

        (await computer.SshAsync(reserved, "hostname -I")).Trim().ShouldBe(reserved);
        computer.Driver.ReleaseAddress(old);
        computer.Driver.AllocateAddress().ShouldBe(old);
    }

    private static MachineInterface Nic(long network, string ip, int last) =>
        new(network, "10.0.0.0/16", ip, $"86:00:00:00:00:0{last}", []) { NetworkName = "private", Subnet = "10.0.0.0/24", Gateway = "10.0.0.1" };

    // The first line sshd says, if it is heard at all.
    private static string SayHello(string address, int patience = 10) =>
        $"timeout {patience} bash -c 'for i in $(seq 20); do read -t 2 l < /dev/tcp/{address}/22 && echo $l && exit; sleep 0.2; done 2>/dev/null; exit 1' 2>/dev/null || echo silent";
}
