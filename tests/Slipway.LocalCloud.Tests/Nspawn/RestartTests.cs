using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Machines.Nspawn;
using Slipway.LocalCloud.Tests.State;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.Nspawn;

/// <summary>Real machines of the real <c>slipway-local</c>, over its end and a new start.</summary>
[Collection(NspawnCollection.Name)]
public sealed class RestartTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort();

    private string[] Arguments =>
        ["--urls", $"http://127.0.0.1:{_port}", "--machines", "nspawn", "--rate-limit", "1000000", "--state", _directory.File("state")];

    public Task InitializeAsync() => Computer.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory.File("id"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_comes_back_with_its_disk_its_volume_its_address_and_its_host_key(bool killed)
    {
        string address, hostKey, machineId;
        long server, image;
        await using (var cloud = await CloudProcess.StartAsync(Arguments))
        {
            var key = (await File.ReadAllTextAsync(_directory.File("id.pub"))).Trim();
            await cloud.PostAsync("v1/ssh_keys", $$"""{"name":"me","public_key":{{JsonSerializer.Serialize(key)}}}""");
            var volume = (long)(await cloud.PostAsync("v1/volumes", """{"name":"v","size":10,"location":"fsn1"}"""))["volume"]!["id"]!;
            server = await CreateAsync(cloud, "agent-1", $$""","ssh_keys":["me"],"image":"debian-12","volumes":[{{volume}}]""");
            address = await AddressAsync(cloud, server);
            machineId = await SshAsync(address, $"cloud-init status --wait >/dev/null; echo kept > /root/note; echo precious > /mnt/HC_Volume_{volume}/note; sync; cat /etc/machine-id");
            hostKey = await HostKeyAsync(address);
            var off = await CreateAsync(cloud, "agent-2", ""","image":"debian-12" """);
            await ActAsync(cloud, off, "poweroff");
            image = (long)(await ActAsync(cloud, server, "create_image"))["resources"]!.AsArray().First(r => (string?)r!["type"] == "image")!["id"]!;
            await EndAsync(cloud, killed);
        }

        Directory.Exists(Path.Combine(_directory.File("state"), "machines", $"{server}")).ShouldBeTrue();
        if (!killed)
        {
            Left(address).ShouldBeEmpty("an orderly end leaves nothing in the kernel, and disks of a state are no leftovers");
        }

        await using var again = await CloudProcess.StartAsync(Arguments);
        (await StatusesAsync(again)).ShouldBe(["running", "off"]);
        (await AddressAsync(again, server)).ShouldBe(address);
        (await SshAsync(address, "cat /root/note /mnt/HC_Volume_*/note")).ShouldBe("kept\nprecious\n");
        (await HostKeyAsync(address)).ShouldBe(hostKey);
        (await SshAsync(address, "cat /etc/machine-id")).ShouldBe(machineId);
        (await SshAsync(address, "curl -sS http://169.254.169.254/hetzner/v1/metadata/instance-id")).ShouldBe($"{server}");
        var copy = await AddressAsync(again, await CreateAsync(again, "agent-3", $$""","ssh_keys":["me"],"image":{{image}}"""));
        copy.ShouldNotBe(address);
        (await SshAsync(copy, "cat /root/note")).ShouldBe("kept\n", "the snapshot was kept as well");
        using var deleted = await again.Http.DeleteAsync($"v1/servers/{server}");
        deleted.IsSuccessStatusCode.ShouldBeTrue();
        await again.UntilAsync("_local/inventory", i => (int)i["machines"]!["count"]! == 2);
        Directory.Exists(Path.Combine(_directory.File("state"), "machines", $"{server}")).ShouldBeFalse("a deleted machine's disk is gone, state or not");
        await again.TerminateAsync();
        Left(address).ShouldBeEmpty();
    }

    [Fact]
    public async Task Addresses_somebody_else_has_by_now_are_a_reason_to_refuse()
    {
        string address;
        await using (var cloud = await CloudProcess.StartAsync(Arguments))
        {
            address = await AddressAsync(cloud, await CreateAsync(cloud, "agent-1", ""","image":"debian-12","start_after_create":false"""));
            await cloud.TerminateAsync();
        }

        var bridge = $"slwx{_port}";
        await Computer.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        try
        {
            await Computer.RunAsync("ip", "addr", "add", $"10.77.{Octet(address)}.1/24", "dev", bridge);
            var (code, errors) = await CloudProcess.TryAsync(Arguments);
            code.ShouldBe(2, errors);
            errors.ShouldContain($"10.77.{Octet(address)}.0/24");
        }
        finally
        {
            await Computer.RunAsync("ip", "link", "del", bridge);
        }

        await using var again = await CloudProcess.StartAsync(Arguments);
        await again.TerminateAsync();
    }

    public async Task DisposeAsync()
    {
        // What a failed test or a kill left in the kernel.
        await NspawnDriver.SweepAsync(new NspawnOptions(), TimeProvider.System);
    }

    public void Dispose() => _directory.Dispose();

    private static IReadOnlyList<string> Left(string address) =>
        [.. NspawnDriver.FindLeftovers(new NspawnOptions()).Where(l => Computer.OfOctet(Octet(address)).IsMatch(l))];

    private static int Octet(string address) => int.Parse(address.Split('.')[2], null);

    private static async Task EndAsync(CloudProcess cloud, bool killed) => await (killed ? cloud.KillAsync() : cloud.TerminateAsync());

    private static async Task<long> CreateAsync(CloudProcess cloud, string name, string more)
    {
        var order = await cloud.PostAsync("v1/servers", $$"""{"name":"{{name}}","server_type":"cx23","location":"fsn1"{{more}}}""");
        var last = order["next_actions"]!.AsArray().LastOrDefault() ?? order["action"]!;
        await cloud.UntilAsync($"v1/actions/{last["id"]}", a => (string?)a["action"]!["status"] == "success");
        return (long)order["server"]!["id"]!;
    }

    private static async Task<JsonNode> ActAsync(CloudProcess cloud, long server, string action)
    {
        var begun = (await cloud.PostAsync($"v1/servers/{server}/actions/{action}", "{}"))["action"]!;
        return (await cloud.UntilAsync($"v1/actions/{begun["id"]}", a => (string?)a["action"]!["status"] != "running"))["action"]!;
    }

    private static async Task<string> AddressAsync(CloudProcess cloud, long server) =>
        (string)(await cloud.GetAsync($"v1/servers/{server}"))["server"]!["public_net"]!["ipv4"]!["ip"]!;

    private static async Task<IReadOnlyList<string?>> StatusesAsync(CloudProcess cloud) =>
        [.. (await cloud.GetAsync("v1/servers"))["servers"]!.AsArray().Select(s => (string?)s!["status"])];

    private static async Task<string> HostKeyAsync(string address) => (await Computer.RunAsync("ssh-keyscan", "-t", "ed25519", address)).Split(' ')[2];

    private Task<string> SshAsync(string address, string command) => Computer.RunAsync(
        "ssh", "-F", "none", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
        "-o", "ConnectTimeout=5", "-o", "ConnectionAttempts=30", "-o", "IdentitiesOnly=yes", "-i", _directory.File("id"), $"root@{address}", command);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
