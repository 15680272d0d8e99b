using System.Net.Sockets;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class FirewallTests
{
    private static readonly CancellationToken Always = CancellationToken.None;
    private static readonly string[] Anywhere = ["0.0.0.0/0", "::/0"];

    [Fact]
    public async Task A_firewall_silences_every_port_it_does_not_name()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(81);
        (await AnswersAsync(address)).ShouldBeTrue();

        await computer.Driver.SetFirewallAsync(81, [new(true, "tcp", "80-85", Anywhere)], Always);
        (await AnswersAsync(address)).ShouldBeFalse();

        await computer.Driver.SetFirewallAsync(81, [new(true, "tcp", "80-85", Anywhere), new(true, "tcp", "22", ["192.0.2.0/24"])], Always);
        (await AnswersAsync(address)).ShouldBeFalse();

        await computer.Driver.SetFirewallAsync(81, [new(true, "tcp", "20-22", [$"{computer.Driver.HostAddress}/32"])], Always);
        (await AnswersAsync(address)).ShouldBeTrue();

        await computer.Driver.SetFirewallAsync(81, [], Always);
        (await AnswersAsync(address)).ShouldBeFalse();

        await computer.Driver.SetFirewallAsync(81, rules: null, Always);
        (await AnswersAsync(address)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_machine_behind_a_closed_firewall_boots_phones_home_and_has_its_metadata()
    {
        await using var computer = await Computer.StartAsync();
        await computer.Driver.CreateAsync(computer.Spec(82), Always);
        await computer.Driver.SetFirewallAsync(82, [], Always);

        var (address, body) = await computer.BootAsync(82);

        body.ShouldContain("instance_id=82");
        (await AnswersAsync(address)).ShouldBeFalse();
        await computer.Driver.SetFirewallAsync(82, [new(true, "tcp", "22", Anywhere), new(false, "udp", "53", Anywhere)], Always);
        (await computer.SshAsync(address, "curl -sS http://169.254.169.254/hetzner/v1/metadata/instance-id")).ShouldBe("82");
    }

    [Fact]
    public async Task An_outbound_rule_keeps_everything_else_in_and_holds_between_machines_too()
    {
        await using var computer = await Computer.StartAsync();
        var (first, _) = await computer.BootAsync(83);
        var (second, _) = await computer.BootAsync(84);
        (await HelloAsync(computer, first, second)).ShouldStartWith("SSH-2.0");

        await computer.Driver.SetFirewallAsync(83, [new(true, "tcp", "22", Anywhere), new(false, "tcp", "443", Anywhere)], Always);
        (await HelloAsync(computer, first, second)).ShouldBe("silent\n");

        await computer.Driver.SetFirewallAsync(83, [new(true, "tcp", "22", Anywhere), new(false, "tcp", "22", [$"{second}/32"])], Always);
        (await HelloAsync(computer, first, second)).ShouldStartWith("SSH-2.0");

        await computer.Driver.SetFirewallAsync(84, [new(true, "tcp", "22", [$"{computer.Driver.HostAddress}/32"])], Always);
        (await HelloAsync(computer, first, second)).ShouldBe("silent\n");
        (await AnswersAsync(second)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_firewall_goes_with_its_machine_and_follows_its_address()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(85);
        await computer.Driver.SetFirewallAsync(85, [], Always);
        await computer.Driver.PowerOffAsync(85, Always);
        var other = computer.Driver.AllocateAddress();
        await computer.Driver.SetAddressAsync(85, other, Always);
        await computer.Driver.StartAsync(85, Always);

        (await AnswersAsync(other)).ShouldBeFalse();
        await computer.Driver.DeleteAsync(85, Always);

        var table = await Computer.RunAsync("nft", "list", "table", "ip", $"slipway_local_{computer.Driver.SubnetOctet}");
        table.ShouldNotContain("jump");
        table.ShouldNotContain(address);
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, 22, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static Task<string> HelloAsync(Computer computer, string from, string to) => computer.SshAsync(
        from, $"timeout 4 bash -c 'read -t 3 l < /dev/tcp/{to}/22 && echo $l' 2>/dev/null || echo silent");
}
