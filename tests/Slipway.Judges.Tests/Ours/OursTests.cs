using Slipway.Hetzner;
using Slipway.Judges.Tests.Hcloud;
using Slipway.Judges.Tests.Support;

namespace Slipway.Judges.Tests.Ours;

/// <summary>The lives the others' clients judge by, through our own: what they may expect, it must see too.</summary>
public abstract class OursTests : IAsyncLifetime
{
    private LocalCloudProcess _cloud = null!;

    internal LocalCloudProcess Cloud => _cloud;

    protected HetznerClient Hetzner { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _cloud = await LocalCloudProcess.StartAsync();
        Hetzner = new HetznerClient(new HetznerOptions
        {
            Token = LocalCloudProcess.Token,
            BaseUrl = new Uri($"{_cloud.Endpoint}/"),
            FirstPollAfter = TimeSpan.FromMilliseconds(50),
            PollInterval = TimeSpan.FromMilliseconds(50),
            RetryBaseDelay = TimeSpan.FromMilliseconds(10),
        });
    }

    public async Task DisposeAsync()
    {
        Hetzner?.Dispose();
        await _cloud.DisposeAsync();
    }

    protected static CreateServerRequest Order(string name) =>
        new() { Name = name, ServerType = "cx23", Image = "debian-12", Location = "fsn1" };

    /// <summary>A server that runs, every action of its order ended.</summary>
    protected async Task<Server> RunningAsync(CreateServerRequest order)
    {
        var made = await Hetzner.Servers.CreateAsync(order);
        await DoneAsync([made.Action, .. made.NextActions]);
        return await Hetzner.Servers.GetAsync(made.Server.Id);
    }

    protected Task DoneAsync(params IEnumerable<HetznerAction> actions) => Task.WhenAll(actions.Select(a => Hetzner.Actions.WaitAsync(a.Id)));

    protected async Task DoneAsync(Task<HetznerAction> begun) => await DoneAsync(await begun);

    protected static async Task RefusedAsync(string code, Func<Task> act) => (await Should.ThrowAsync<HetznerException>(act)).Code.ShouldBe(code);

    protected static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
        {
            all.Add(item);
        }

        return all;
    }
}

public sealed class OurServerTests : OursTests
{
    [Fact]
    public async Task A_server_with_everything_is_ordered_told_and_deleted()
    {
        var key = await Hetzner.SshKeys.CreateAsync("judge", OrderPapers.PublicKey);
        var wall = (await Hetzner.Firewalls.CreateAsync(new() { Name = "wall" })).Firewall;
        var group = await Hetzner.PlacementGroups.CreateAsync("apart");
        var volume = await Hetzner.Volumes.CreateAsync(new() { Name = "data", Size = 10, Location = "fsn1" });
        await DoneAsync([volume.Action, .. volume.NextActions]);
        var network = await Hetzner.Networks.CreateAsync(new()
        {
            Name = "inside",
            IpRange = "10.0.0.0/16",
            Subnets = [new NetworkSubnet { Type = "cloud", NetworkZone = "eu-central", IpRange = "10.0.1.0/24" }],
        });

        var server = await RunningAsync(Order("web-1") with
        {
            SshKeys = [key.Name],
            Firewalls = [wall.Id],
            PlacementGroup = group.Id,
            Volumes = [volume.Volume.Id],
            Networks = [network.Id],
            Labels = new Dictionary<string, string> { ["env"] = "test" },
            UserData = "#cloud-config\n{}\n",
        });

        server.Status.ShouldBe(ServerStatus.Running);
        server.Locked.ShouldBeFalse();
        server.Location.Name.ShouldBe("fsn1");
        server.Volumes.ShouldBe([volume.Volume.Id]);
        server.PrivateNet.ShouldHaveSingleItem().Ip.ShouldBe("10.0.1.1");
        server.PublicNet.Firewalls.ShouldHaveSingleItem().ShouldBe(new ServerFirewall(wall.Id, "applied"));
        server.PlacementGroup!.Name.ShouldBe("apart");
        await DoneAsync(Hetzner.Servers.ChangeProtectionAsync(server.Id, isProtected: true));
        await RefusedAsync(HetznerErrorCodes.Protected, () => Hetzner.Servers.DeleteAsync(server.Id));
        await DoneAsync(Hetzner.Servers.ChangeProtectionAsync(server.Id, isProtected: false));
        (await Hetzner.Servers.UpdateAsync(server.Id, "front-1")).Name.ShouldBe("front-1");
        await DoneAsync((await Hetzner.Servers.DeleteAsync(server.Id))!);
        (await Hetzner.Servers.FindAsync(server.Id)).ShouldBeNull();
        (await Hetzner.Volumes.GetAsync(volume.Volume.Id)).Server.ShouldBeNull();
    }

    [Fact]
    public async Task A_servers_power_and_parts_are_changed()
    {
        var server = await RunningAsync(Order("web-1"));
        var servers = Hetzner.Servers;
        await DoneAsync(servers.PowerOffAsync(server.Id));
        (await servers.GetAsync(server.Id)).Status.ShouldBe(ServerStatus.Off);
        await DoneAsync(servers.PowerOnAsync(server.Id));
        await DoneAsync(servers.ResetAsync(server.Id));
        await DoneAsync(servers.RebootAsync(server.Id));
        (await servers.GetAsync(server.Id)).Status.ShouldBe(ServerStatus.Running);
        (await servers.ShutdownOrPowerOffAsync(server.Id)).ShouldBe(ShutdownOutcome.ShutDown);
        await DoneAsync(servers.ChangeTypeAsync(server.Id, "cx33", upgradeDisk: false));
        var rescue = await servers.EnableRescueAsync(server.Id);
        rescue.RootPassword.ShouldNotBeNullOrEmpty();
        await DoneAsync(rescue.Action);
        await DoneAsync(servers.DisableRescueAsync(server.Id));
        await DoneAsync(servers.EnableBackupAsync(server.Id));
        await DoneAsync(servers.AttachIsoAsync(server.Id, "ipxe.iso"));
        await DoneAsync(servers.ChangeDnsPtrAsync(server.Id, server.PublicNet.Ipv4!.Ip, "web-1.example.com"));
        var changed = await servers.GetAsync(server.Id);
        changed.ServerType.Name.ShouldBe("cx33");
        changed.PrimaryDiskSize.ShouldBe(40);
        changed.BackupWindow.ShouldNotBeNull();
        changed.Iso!.Name.ShouldBe("ipxe.iso");
        changed.PublicNet.Ipv4!.DnsPtr.ShouldBe("web-1.example.com");

        var image = await servers.CreateImageAsync(server.Id, "golden");
        await DoneAsync(image.Action);
        (await Hetzner.Images.GetAsync(image.Image.Id)).Status.ShouldBe("available");
        await DoneAsync((await servers.RebuildAsync(server.Id, $"{image.Image.Id}")).Action);
        (await servers.GetAsync(server.Id)).Image!.Description.ShouldBe("golden");
        (await Hetzner.Images.DeleteAsync(image.Image.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task Metrics_of_ten_minutes_are_read()
    {
        var server = await RunningAsync(Order("web-1"));
        await Cloud.TellAsync("clock", new { advance = "00:10:00" });

        var metrics = await Hetzner.Servers.GetMetricsAsync(
            server.Id, [ServerMetricTypes.Cpu, ServerMetricTypes.Disk], server.Created.AddMinutes(1), server.Created.AddMinutes(9));

        metrics.TimeSeries["cpu"].Values.Count.ShouldBeGreaterThan(100);
        metrics.TimeSeries["cpu"].Values.ShouldAllBe(v => v.Value > 0 && v.Value < 100);
    }

    [Fact]
    public async Task Refusals_have_their_codes()
    {
        var server = await RunningAsync(Order("web-1"));
        await RefusedAsync(HetznerErrorCodes.NotFound, () => Hetzner.Servers.GetAsync(1));
        await RefusedAsync(HetznerErrorCodes.UniquenessError, () => Hetzner.Servers.CreateAsync(Order("web-1")));
        await RefusedAsync(HetznerErrorCodes.InvalidInput, () => Hetzner.Servers.CreateAsync(Order("web_1")));
        await RefusedAsync(HetznerErrorCodes.ServerNotStopped, () => Hetzner.Servers.ChangeTypeAsync(server.Id, "cx33", upgradeDisk: false));
        await Cloud.TellAsync("limits", new { servers = 1 });
        await RefusedAsync(HetznerErrorCodes.ResourceLimitExceeded, () => Hetzner.Servers.CreateAsync(Order("web-2")));
        await Cloud.TellAsync("limits", new { servers = (int?)null });
        await Cloud.TellAsync("capacity", new { server_type = "cx23", location = "fsn1", state = "sold_out" });
        await RefusedAsync(HetznerErrorCodes.ResourceUnavailable, () => Hetzner.Servers.CreateAsync(Order("web-2")));
        await Cloud.TellAsync("faults", new { kind = "locked", seconds = 600, times = 0 });
        await RefusedAsync(HetznerErrorCodes.Locked, () => Hetzner.Servers.PowerOffAsync(server.Id));
        using var stranger = new HetznerClient(new HetznerOptions { Token = "wrong", BaseUrl = new Uri($"{Cloud.Endpoint}/") });
        await RefusedAsync(HetznerErrorCodes.Unauthorized, () => stranger.Servers.GetAsync(server.Id));
    }
}

public sealed class OurResourceTests : OursTests
{
    [Fact]
    public async Task An_ssh_key_lives_and_dies()
    {
        var key = await Hetzner.SshKeys.CreateAsync("judge", OrderPapers.PublicKey);
        key.Fingerprint.ShouldBe(SshKeysClient.FingerprintOf(OrderPapers.PublicKey));
        await RefusedAsync(HetznerErrorCodes.UniquenessError, () => Hetzner.SshKeys.CreateAsync("again", OrderPapers.PublicKey));
        (await Hetzner.SshKeys.FindByFingerprintAsync(key.Fingerprint))!.Id.ShouldBe(key.Id);
        (await Hetzner.SshKeys.UpdateAsync(key.Id, "referee", new Dictionary<string, string> { ["env"] = "live" })).Name.ShouldBe("referee");
        (await AllAsync(Hetzner.SshKeys.ListAsync("env=live"))).ShouldHaveSingleItem();
        (await Hetzner.SshKeys.DeleteAsync(key.Id)).ShouldBeTrue();
        (await Hetzner.SshKeys.DeleteAsync(key.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_firewall_lives_and_dies()
    {
        var server = await RunningAsync(Order("web-1"));
        var ssh = new FirewallRule { Direction = "in", Protocol = "tcp", Port = "22", SourceIps = ["0.0.0.0/0"] };
        var wall = (await Hetzner.Firewalls.CreateAsync(new() { Name = "wall", Rules = [ssh] })).Firewall;
        await DoneAsync(await Hetzner.Firewalls.ApplyAsync(wall.Id, [FirewallResource.OfServer(server.Id)]));
        await RefusedAsync("firewall_already_applied", () => Hetzner.Firewalls.ApplyAsync(wall.Id, [FirewallResource.OfServer(server.Id)]));
        await RefusedAsync(HetznerErrorCodes.ResourceInUse, () => Hetzner.Firewalls.DeleteAsync(wall.Id));
        await DoneAsync(await Hetzner.Firewalls.SetRulesAsync(wall.Id, []));
        await DoneAsync(await Hetzner.Firewalls.RemoveAsync(wall.Id, [FirewallResource.OfServer(server.Id)]));
        (await Hetzner.Firewalls.GetAsync(wall.Id)).Rules.ShouldBeEmpty();
        (await Hetzner.Firewalls.DeleteAsync(wall.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_volume_lives_and_dies()
    {
        var server = await RunningAsync(Order("web-1"));
        var volume = (await Hetzner.Volumes.CreateAsync(new() { Name = "data", Size = 10, Location = "fsn1", Format = "ext4" })).Volume;
        await DoneAsync(Hetzner.Volumes.AttachAsync(volume.Id, server.Id));
        await RefusedAsync("volume_already_attached", () => Hetzner.Volumes.AttachAsync(volume.Id, server.Id));
        await RefusedAsync(HetznerErrorCodes.ResourceInUse, () => Hetzner.Volumes.DeleteAsync(volume.Id));
        await DoneAsync(Hetzner.Volumes.DetachAsync(volume.Id));
        await DoneAsync(Hetzner.Volumes.ResizeAsync(volume.Id, 30));
        (await Hetzner.Volumes.GetAsync(volume.Id)).Size.ShouldBe(30);
        await RefusedAsync(HetznerErrorCodes.InvalidInput, () => Hetzner.Volumes.ResizeAsync(volume.Id, 20));
        (await AllAsync(Hetzner.Volumes.Actions.ListForAsync(volume.Id))).Select(a => a.Command)
            .ShouldBe(["create_volume", "attach_volume", "detach_volume", "resize_volume"]);
        (await Hetzner.Volumes.DeleteAsync(volume.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_network_lives_and_dies()
    {
        var network = await Hetzner.Networks.CreateAsync(new() { Name = "inside", IpRange = "10.0.0.0/16" });
        await DoneAsync(Hetzner.Networks.AddSubnetAsync(
            network.Id, new NetworkSubnet { Type = "cloud", NetworkZone = "eu-central", IpRange = "10.0.1.0/24" }));
        var route = new NetworkRoute("192.168.0.0/24", "10.0.1.5");
        await DoneAsync(Hetzner.Networks.AddRouteAsync(network.Id, route));
        var server = await RunningAsync(Order("web-1"));
        await DoneAsync(Hetzner.Servers.AttachToNetworkAsync(server.Id, network.Id, "10.0.1.7", ["10.0.1.8"]));
        await DoneAsync(Hetzner.Servers.ChangeAliasIpsAsync(server.Id, network.Id, ["10.0.1.9"]));
        (await Hetzner.Servers.GetAsync(server.Id)).PrivateNet.ShouldHaveSingleItem().AliasIps.ShouldBe(["10.0.1.9"]);
        await RefusedAsync(HetznerErrorCodes.ResourceInUse, () => Hetzner.Networks.DeleteSubnetAsync(network.Id, "10.0.1.0/24"));
        await DoneAsync(Hetzner.Servers.DetachFromNetworkAsync(server.Id, network.Id));
        await DoneAsync(Hetzner.Networks.DeleteRouteAsync(network.Id, route));
        await DoneAsync(Hetzner.Networks.DeleteSubnetAsync(network.Id, "10.0.1.0/24"));
        await DoneAsync(Hetzner.Networks.ChangeIpRangeAsync(network.Id, "10.0.0.0/8"));
        (await Hetzner.Networks.GetAsync(network.Id)).IpRange.ShouldBe("10.0.0.0/8");
        (await Hetzner.Networks.DeleteAsync(network.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_primary_ip_lives_and_dies_as_it_does_today()
    {
        var ip = (await Hetzner.PrimaryIps.CreateAsync(new() { Name = "door", Type = "ipv4", Location = "fsn1" })).PrimaryIp;
        ip.AssigneeType.ShouldBe("unassigned");
        var server = await RunningAsync(Order("web-1") with { PublicNet = new PublicNetRequest { EnableIpv4 = true, EnableIpv6 = false, Ipv4 = ip.Id } });
        server.PublicNet.Ipv4!.Ip.ShouldBe(ip.Ip);
        await RefusedAsync(HetznerErrorCodes.ServerNotStopped, () => Hetzner.PrimaryIps.UnassignAsync(ip.Id));
        await DoneAsync(Hetzner.Servers.PowerOffAsync(server.Id));
        await RefusedAsync("must_be_unassigned", () => Hetzner.PrimaryIps.DeleteAsync(ip.Id));
        await DoneAsync(Hetzner.PrimaryIps.UnassignAsync(ip.Id));
        await DoneAsync(Hetzner.PrimaryIps.AssignAsync(ip.Id, server.Id));
        await DoneAsync((await Hetzner.Servers.DeleteAsync(server.Id))!);
        (await Hetzner.PrimaryIps.GetAsync(ip.Id)).AssigneeId.ShouldBeNull();
        (await Hetzner.PrimaryIps.DeleteAsync(ip.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_placement_group_lives_and_dies()
    {
        var group = await Hetzner.PlacementGroups.CreateAsync("apart");
        var server = await RunningAsync(Order("web-1") with { StartAfterCreate = false });
        await DoneAsync(Hetzner.Servers.AddToPlacementGroupAsync(server.Id, group.Id));
        (await Hetzner.PlacementGroups.GetAsync(group.Id)).Servers.ShouldBe([server.Id]);
        await DoneAsync(Hetzner.Servers.RemoveFromPlacementGroupAsync(server.Id));
        (await Hetzner.PlacementGroups.DeleteAsync(group.Id)).ShouldBeTrue();
    }
}
