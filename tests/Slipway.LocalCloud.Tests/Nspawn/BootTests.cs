using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class BootTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_machine_phones_home_and_answers_ssh_with_the_host_key_it_told()
    {
        await using var computer = await Computer.StartAsync();
        var clock = Stopwatch.StartNew();

        var (address, body) = await computer.BootAsync(41);

        output.WriteLine($"phone-home after {clock.ElapsedMilliseconds} ms");
        body.ShouldContain("instance_id=41");
        body.ShouldContain("hostname=agent-41");
        var said = await computer.SshAsync(address, "hostname; cat /etc/ssh/ssh_host_ed25519_key.pub");
        said.ShouldStartWith("agent-41\n");
        body.ShouldContain(said.Split('\n')[1].Split(' ')[1]);
        output.WriteLine($"ssh command done after {clock.ElapsedMilliseconds} ms");
        (await computer.SshAsync(address, "cloud-init status --wait --format json")).ShouldContain("\"errors\": []");
        (await computer.SshAsync(address, "systemctl --failed --no-legend; grep -h WARNING /var/log/cloud-init.log | grep -v ssh_host_ || true")).Trim().ShouldBeEmpty();
        (await computer.Driver.ReadConsoleAsync(41, CancellationToken.None)).ShouldContain("Cloud-init target");
        output.WriteLine(await computer.SshAsync(address, "systemd-analyze; systemd-analyze blame; systemd-analyze critical-chain"));
    }

    [Fact]
    public async Task Eight_machines_boot_at_once()
    {
        await using var computer = await Computer.StartAsync();
        var clock = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(1, 8).Select(async id =>
        {
            await computer.Driver.CreateAsync(computer.Spec(id), CancellationToken.None);
            await computer.Driver.StartAsync(id, CancellationToken.None);
        }));
        output.WriteLine($"eight started after {clock.ElapsedMilliseconds} ms");
        var paths = new List<string>();
        while (paths.Count < 8)
        {
            paths.Add((await computer.NextCallAsync()).Path);
        }

        output.WriteLine($"eight phoned home after {clock.ElapsedMilliseconds} ms");
        paths.Order().ShouldBe(Enumerable.Range(1, 8).Select(id => $"/phone-home/{id}"));
    }

    [Fact]
    public async Task User_data_may_be_base64_of_gzip()
    {
        await using var computer = await Computer.StartAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(computer.PhoneHome(7)));
        }

        await computer.Driver.CreateAsync(computer.Spec(7, Convert.ToBase64String(packed.ToArray())), CancellationToken.None);
        await computer.Driver.StartAsync(7, CancellationToken.None);

        (await computer.NextCallAsync()).Path.ShouldBe("/phone-home/7");
    }

    [Fact]
    public async Task A_hardened_unit_with_a_credential_runs()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(8);

        var said = await computer.SshAsync(address, """
            install -d -m 0700 /etc/slipway; echo secret > /etc/slipway/key; chmod 600 /etc/slipway/key; mkdir -p /var/lib/agent
            systemd-run --quiet --wait --pipe -p User=nobody -p PrivateTmp=yes -p ProtectSystem=strict -p NoNewPrivileges=yes \
              -p ProtectHome=yes -p PrivateDevices=yes -p ProtectKernelTunables=yes -p ProtectKernelModules=yes -p ProtectKernelLogs=yes \
              -p ProtectControlGroups=yes -p ProtectProc=invisible -p ProtectHostname=yes -p ProtectClock=yes -p RestrictSUIDSGID=yes \
              -p RestrictNamespaces=yes -p RestrictRealtime=yes -p LockPersonality=yes -p CapabilityBoundingSet= \
              -p "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK" -p SystemCallArchitectures=native \
              -p SystemCallFilter=@system-service -p StateDirectory=agent2 -p MemoryMax=512M -p TasksMax=100 \
              -p IPAddressDeny=169.254.169.254 -p LoadCredential=key:/etc/slipway/key \
              sh -c 'cat "$CREDENTIALS_DIRECTORY/key"; id -un; touch /tmp/x && ls /tmp; touch /etc/x 2>/dev/null || echo read-only; touch "$STATE_DIRECTORY/y" && echo kept'
            """);

        said.ShouldBe("secret\nnobody\nx\nread-only\nkept\n");
    }

    [Fact]
    public async Task A_machine_sends_and_receives_megabytes_through_an_exposed_port()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(9);
        computer.Answer = call => Results.Text(call.Body);

        var said = await computer.SshAsync(address, """
            head -c 6000000 /dev/zero | tr '\0' a > /root/big
            curl -sS --data-binary @/root/big "$(cat /etc/slipway-local/control-url)echo" | cmp - /root/big && echo same
            """);

        said.ShouldBe("same\n");
    }
}
