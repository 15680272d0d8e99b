using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Machines.Nspawn;

namespace Slipway.LocalCloud.Tests.Nspawn;

[Collection(NspawnCollection.Name)]
public sealed class LeftoverTests
{
    [Fact]
    public async Task Deleting_a_machine_leaves_nothing_of_it_and_ending_leaves_nothing_at_all()
    {
        var computer = await Computer.StartAsync();
        int octet;
        await using (computer)
        {
            octet = computer.Driver.SubnetOctet;
            var unused = computer.Leftovers(octet);
            await computer.BootAsync(31);
            computer.Leftovers(octet).ShouldContain(l => l.StartsWith("process"));
            computer.Leftovers(octet).ShouldContain($"interface vb-slw{octet}-2");

            await computer.Driver.DeleteAsync(31, CancellationToken.None);

            computer.Leftovers(octet).ShouldBe(unused);
            await computer.BootAsync(32);
        }

        computer.Leftovers(octet).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_local_clouds_run_side_by_side()
    {
        await using var one = await Computer.StartAsync();
        await using var two = await Computer.StartAsync();
        one.Driver.SubnetOctet.ShouldNotBe(two.Driver.SubnetOctet);

        var (first, _) = await one.BootAsync(33);
        var (second, _) = await two.BootAsync(33);

        (await one.SshAsync(first, "hostname -I")).Trim().ShouldBe(first);
        (await two.SshAsync(second, "curl -sS http://169.254.169.254/hetzner/v1/metadata/public-ipv4")).ShouldBe(second);
        await two.Driver.DeleteAsync(33, CancellationToken.None);
        (await one.SshAsync(first, "curl -sS http://169.254.169.254/hetzner/v1/metadata/public-ipv4")).ShouldBe(first);
    }

    [Fact]
    public async Task What_a_crashed_local_cloud_left_is_swept_by_the_next_one()
    {
        await using var crashed = await Computer.StartAsync();
        await crashed.BootAsync(34);
        var octet = crashed.Driver.SubnetOctet;
        await PretendTheOwnerDiedAsync(octet);

        await using var next = await Computer.StartAsync();

        crashed.Leftovers(octet).Where(l => !l.Contains(next.Options.StateDirectory) && next.Driver.SubnetOctet != octet).ShouldBeEmpty();
        Directory.Exists(Path.Combine(crashed.Options.StateDirectory, "instances", $"{octet}")).ShouldBeFalse();
        (await crashed.NextEndedByItselfAsync()).ShouldBe(34);
    }

    [Fact]
    public async Task A_sweep_leaves_the_living_alone()
    {
        await using var computer = await Computer.StartAsync();
        var (address, _) = await computer.BootAsync(35);
        var before = Lasting();

        await NspawnDriver.SweepAsync(computer.Options, TimeProvider.System);

        Lasting().ShouldBe(before);
        (await computer.SshAsync(address, "echo alive")).ShouldBe("alive\n");

        // The processes of a machine that boots come and go by themselves.
        IEnumerable<string> Lasting() => computer.Leftovers(computer.Driver.SubnetOctet)
            .Where(l => !l.StartsWith("process ", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
    }

    [Fact]
    public async Task What_a_living_local_cloud_has_is_no_leftover_to_another_process()
    {
        await using var computer = await Computer.StartAsync();
        await computer.BootAsync(36);
        var octet = computer.Driver.SubnetOctet;
        var record = await File.ReadAllTextAsync($"/run/slipway-local/{octet}.json");

        (await LeftoversCommandAsync()).ShouldNotContain(l => Computer.OfOctet(octet).IsMatch(l));

        // The same things, once nobody lives who owns them; the driver gets its record back to clean up by.
        await PretendTheOwnerDiedAsync(octet);
        var left = await LeftoversCommandAsync();
        await File.WriteAllTextAsync($"/run/slipway-local/{octet}.json", record);
        left.ShouldContain(l => l.StartsWith("process ") && l.EndsWith($" in slipway-local-{octet}"));
        left.ShouldContain($"interface slw{octet}");
        left.ShouldContain($"interface vb-slw{octet}-2");
        left.ShouldContain($"nft table slipway_local_{octet}");
        left.ShouldContain($"record /run/slipway-local/{octet}.json");
    }

    /// <summary>As somebody else on this computer would ask.</summary>
    private static async Task<IReadOnlyList<string>> LeftoversCommandAsync()
    {
        using var command = Process.Start(new ProcessStartInfo("dotnet", [typeof(NspawnDriver).Assembly.Location, "leftovers"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task PretendTheOwnerDiedAsync(int octet)
    {
        using var dead = Process.Start("true");
        await dead.WaitForExitAsync();
        var file = $"/run/slipway-local/{octet}.json";
        var record = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        record["pid"] = dead.Id;
        await File.WriteAllTextAsync(file, record.ToJsonString());
    }
}
