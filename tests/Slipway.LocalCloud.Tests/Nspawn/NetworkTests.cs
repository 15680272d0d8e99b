using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class NetworkTests
{
    private const string Metadata = "curl -sS -w '%{http_code}\\n' http://169.254.169.254/hetzner/v1/";

    [Fact]
    public async Task The_metadata_service_tells_a_machine_about_itself()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(21);

        (await computer.SshAsync(address, $"{Metadata}metadata/instance-id")).ShouldBe("21200\n");
        (await computer.SshAsync(address, $"{Metadata}metadata/hostname")).ShouldBe("agent-21200\n");
        (await computer.SshAsync(address, $"{Metadata}metadata/public-ipv4")).ShouldBe($"{address}200\n");
        (await computer.SshAsync(address, $"{Metadata}metadata")).ShouldContain("instance-id: \"21\"\n");
        (await computer.SshAsync(address, $"{Metadata}userdata")).ShouldStartWith(computer.PhoneHome(21));
        (await computer.SshAsync(address, $"{Metadata}nonsense")).ShouldBe("404\n");
    }

    [Fact]
    public async Task A_machine_without_user_data_gets_204()
    {
        await using var computer = await Computer.StartAsync();
        var address = await computer.Driver.CreateAsync(computer.Spec(22, userData: null), CancellationToken.None);
        await computer.Driver.StartAsync(22, CancellationToken.None);

        (await computer.SshAsync(address, $"{Metadata}userdata")).ShouldBe("204\n");
    }

    [Fact]
    public async Task A_machine_joins_the_tailnet_and_is_reached_at_its_address_there_after_a_reboot_too()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(23);
        var tailnet = $"100.77.{computer.Driver.SubnetOctet}.9";
        computer.Answer = _ => Results.Text(
            $$"""{"node_id":"n23CNTRL","addresses":["{{tailnet}}","fd7a:115c:a1e0::17"],"dns_name":"agent-23.tail.ts.net","hostname":"agent-23","tags":["tag:agent"]}""",
            "application/json");
        (await computer.SshAsync(address, "systemctl is-active tailscaled; tailscale status --json")).ShouldStartWith("active\n");

        await computer.SshAsync(address, """
            umask 077; echo tskey-auth-k23-x > /run/ts.key
            tailscale up --auth-key=file:/run/ts.key --hostname=agent-23 --advertise-tags=tag:agent,tag:blue --timeout=120s --reset
            """);

        using var asked = JsonDocument.Parse((await computer.NextCallAsync()).Body);
        asked.RootElement.ToString().ShouldBe("""{"auth_key": "tskey-auth-k23-x", "hostname": "agent-23", "tags": ["tag:agent", "tag:blue"], "server_id": 23}""");
        (await computer.SshAsync(tailnet, "tailscale ip -4; tailscale wait --timeout=5s && echo up")).ShouldBe($"{tailnet}\nup\n");
        using var status = JsonDocument.Parse(await computer.SshAsync(address, "tailscale status --json --peers=false"));
        status.RootElement.GetProperty("BackendState").GetString().ShouldBe("Running");
        var self = status.RootElement.GetProperty("Self");
        self.GetProperty("ID").GetString().ShouldBe("n23CNTRL");
        self.GetProperty("DNSName").GetString().ShouldBe("agent-23.tail.ts.net.");
        self.GetProperty("Online").GetBoolean().ShouldBeTrue();

        await computer.Driver.PowerOffAsync(23, CancellationToken.None);
        await computer.Driver.StartAsync(23, CancellationToken.None);
        (await computer.SshAsync(tailnet, "systemctl is-active tailscaled")).ShouldBe("active\n");
        (await computer.SshAsync(address, "tailscale logout; tailscale status --json")).ShouldContain("NeedsLogin");
    }

    [Fact]
    public async Task A_refused_auth_key_reads_as_it_does_from_the_real_client()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(24);
        computer.Answer = _ => Results.Text("""{"message":"invalid key: API key k24 not valid"}""", "application/json", statusCode: 400);

        var (code, _, errors) = await computer.TrySshAsync(address, "tailscale up --auth-key=tskey-auth-k24-x --timeout=10s");

        code.ShouldBe(1);
        errors.ShouldBe("backend error: invalid key: API key k24 not valid\n");
        (await computer.TrySshAsync(address, "tailscale ip")).Code.ShouldBe(1);
    }
}
