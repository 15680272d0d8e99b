using System.Diagnostics;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class BootTests(Xunit.Abstractions.ITestOutputHelper output)
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
        (await computer.SshAsync(address, "hostname; cat /etc/ssh/ssh_host_ed25519_key.pub"))
            .ShouldSatisfyAllConditions(
                said => said.ShouldStartWith("agent-41\n"),
                said => body.ShouldContain(said.Split('\n')[1].Split(' ')[1]));
        output.WriteLine($"ssh command done after {clock.ElapsedMilliseconds} ms");
    }
}
