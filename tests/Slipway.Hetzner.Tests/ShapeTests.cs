using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

/// <summary>The examples of Hetzner's OpenAPI document, read.</summary>
public sealed class ShapeTests
{
    private const string Common = """
        "protection":{"delete":true},"labels":{"environment":"prod","just-a-key":""},"created":"2016-01-30T23:55:00Z"
        """;

    [Fact]
    public async Task A_volume_is_read()
    {
        using var arranged = new Arrange(Ok("GET", "/volumes/42", $$"""
            {"volume":{"id":42,"name":"my-resource","server":12,"location":{{Json.Location}},"size":42,"linux_device":"/dev/disk/by-id/scsi-0HC_Volume_4711",
             "status":"available","format":"xfs",{{Common}} } }
            """));

        var volume = await arranged.Client.Volumes.GetAsync(42);

        (volume.Server, volume.Size, volume.Format, volume.Status).ShouldBe((12, 42m, "xfs", "available"));
        volume.LinuxDevice.ShouldEndWith("4711");
        volume.Location.Name.ShouldBe("nbg1");
        volume.Protection.Delete.ShouldBeTrue();
        volume.Labels["just-a-key"].ShouldBe("");
    }

    [Fact]
    public async Task A_network_is_read()
    {
        using var arranged = new Arrange(Ok("GET", "/networks/4711", $$"""
            {"network":{"id":4711,"name":"mynet","ip_range":"10.0.0.0/16","subnets":[{"type":"vswitch","ip_range":"10.0.1.0/24","network_zone":"eu-central","gateway":"10.0.0.1","vswitch_id":1000}],
             "routes":[{"destination":"10.100.1.0/24","gateway":"10.0.1.1"}],"servers":[42],"load_balancers":[43],"expose_routes_to_vswitch":true,{{Common}} } }
            """));

        var network = await arranged.Client.Networks.GetAsync(4711);

        network.Subnets.ShouldHaveSingleItem().ShouldBe(
            new NetworkSubnet { Type = "vswitch", IpRange = "10.0.1.0/24", NetworkZone = "eu-central", Gateway = "10.0.0.1", VswitchId = 1000 });
        network.Routes.ShouldBe([new NetworkRoute("10.100.1.0/24", "10.0.1.1")]);
        (network.Servers[0], network.LoadBalancers[0], network.ExposeRoutesToVswitch).ShouldBe((42, 43, true));
    }

    [Fact]
    public async Task A_primary_IP_is_read_assigned_or_not()
    {
        static string Ip(string assignee) => $$"""
            {"primary_ip":{"id":42,"name":"my-resource","blocked":false,"location":{{Json.Location}},"ip":"2001:db8::/64","dns_ptr":[{"ip":"2001:db8::1","dns_ptr":"server.example.com"}],
             "type":"ipv6","auto_delete":true,{{assignee}},{{Common}} } }
            """;
        using var arranged = new Arrange(
            Ok("GET", "/primary_ips/42", Ip("\"assignee_type\":\"server\",\"assignee_id\":17")),
            Ok("GET", "/primary_ips/42", Ip("\"assignee_type\":\"unassigned\",\"assignee_id\":null")));

        var assigned = await arranged.Client.PrimaryIps.GetAsync(42);
        var free = await arranged.Client.PrimaryIps.GetAsync(42);

        (assigned.AssigneeType, assigned.AssigneeId, assigned.AutoDelete).ShouldBe(("server", 17, true));
        assigned.DnsPtr.ShouldBe([new DnsPointer("2001:db8::1", "server.example.com")]);
        (free.AssigneeType, free.AssigneeId).ShouldBe(("unassigned", null));
    }

    [Fact]
    public async Task Images_ISOs_and_placement_groups_are_read()
    {
        using var arranged = new Arrange(
            Ok("GET", "/images/42", $$"""{"image":{"id":42,"type":"backup","name":null,"created_from":{"id":1,"name":"Server"},"bound_to":2,"rapid_deploy":true,"deleted":"2026-01-01T00:00:00Z",{{Common}} } }"""),
            Ok("GET", "/isos/42", """{"iso":{"id":42,"name":"FreeBSD-11.0","description":"FreeBSD 11.0 x64","type":"public","deprecation":{"unavailable_after":"2023-09-01T00:00:00Z","announced":"2023-06-01T00:00:00Z"},"architecture":null} }"""),
            Ok("GET", "/placement_groups/897", """{"placement_group":{"id":897,"name":"apart","labels":{"key":"value"},"type":"spread","created":"2019-01-08T12:10:00+00:00","servers":[4711,4712]} }"""));

        var image = await arranged.Client.Images.GetAsync(42);
        var iso = await arranged.Client.Isos.GetAsync(42);
        var group = await arranged.Client.PlacementGroups.GetAsync(897);

        (image.CreatedFrom, image.BoundTo, image.RapidDeploy, image.Protection.Delete).ShouldBe((new ImageSource(1, "Server"), 2, true, true));
        image.Deleted.ShouldNotBeNull();
        (iso.Name, iso.Architecture, iso.Deprecation!.UnavailableAfter.Year).ShouldBe(("FreeBSD-11.0", null, 2023));
        (group.Type, group.Servers[1]).ShouldBe(("spread", 4712));
    }

    [Fact]
    public async Task A_servers_metrics_are_pairs_of_time_and_number()
    {
        var day = new DateTimeOffset(2017, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var arranged = new Arrange(Ok("GET", "/servers/42/metrics?type=cpu&start=2017-01-01T00%3A00%3A00Z&end=2017-01-01T23%3A00%3A00Z", """
            {"metrics":{"start":"2017-01-01T00:00:00Z","end":"2017-01-01T23:00:00Z","step":60,
             "time_series":{"cpu":{"values":[[1435781470.622,"42.5"],[1435781471,"43"]]},"network.0.pps.in":{"values":[]}} } }
            """));

        var metrics = await arranged.Client.Servers.GetMetricsAsync(42, [ServerMetricTypes.Cpu], day, day.AddHours(23));

        metrics.Step.ShouldBe(60);
        metrics.TimeSeries["cpu"].Values.Select(v => v.Value).ShouldBe([42.5, 43]);
        metrics.TimeSeries["cpu"].Values[0].At.ToUnixTimeMilliseconds().ShouldBeInRange(1_435_781_470_621, 1_435_781_470_623);
        metrics.TimeSeries["network.0.pps.in"].Values.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("5")]
    [InlineData("[[1]]")]
    [InlineData("""[["now","many"]]""")]
    public async Task Metrics_that_make_no_sense_are_an_invalid_response(string values)
    {
        using var arranged = new Arrange(o => o.MaxAttempts = 1, Ok(
            "GET", "/servers/42/metrics?type=cpu&start=1970-01-01T00%3A00%3A00Z&end=1970-01-02T00%3A00%3A00Z",
            $$"""{"metrics":{"time_series":{"cpu":{"values":{{values}}} } } }"""));

        var e = await Should.ThrowAsync<HetznerException>(() =>
            arranged.Client.Servers.GetMetricsAsync(42, ["cpu"], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)));

        e.Code.ShouldBe("invalid_response");
    }
}
