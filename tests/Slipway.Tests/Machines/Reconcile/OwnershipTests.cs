using System.Globalization;
using Slipway.Machines;
using Slipway.Machines.Reconcile;
using Slipway.Operations;

namespace Slipway.Tests.Machines.Reconcile;

/// <summary>What is ours, and that everything in doubt is kept.</summary>
public sealed class OwnershipTests
{
    private static readonly CloudResource Lost = new(ResourceKind.Server, "99", "agt-2", Samples.Now.AddHours(-1))
    {
        Labels = Samples.Labels("agt-2", "op-2"),
        Subject = "agt-2",
        OperationId = "op-2",
    };

    [Fact]
    public void What_carries_our_label_and_has_no_row_is_unknown() => Judge(Lost).ShouldBe(Standing.Unknown);

    [Fact]
    public void The_server_of_a_row_is_known_whatever_its_labels_say()
    {
        var server = Lost with { Id = "42", Labels = new Dictionary<string, string>() };

        Judge(server).ShouldBe(Standing.Known);
        Judge(server, Samples.Machine with { Status = MachineStatus.Gone }).ShouldBe(Standing.Kept);
        Judge(server with { Labels = Lost.Labels }, Samples.Machine with { Status = MachineStatus.Gone }).ShouldBe(Standing.Unknown);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cp-them")]
    [InlineData("")]
    public void T21_Without_our_very_id_it_is_kept(string? owner)
    {
        var labels = Samples.Labels("agt-2", "op-2", owner ?? "");
        if (owner is null)
        {
            labels.Remove("slipway-control-plane");
        }

        Judge(Lost with { Labels = labels }).ShouldBe(Standing.Kept);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("1732190400.5")]
    [InlineData(" 1795251600")]
    [InlineData("2026-11-20")]
    [InlineData("17951652000000")]
    [InlineData("99999999999999999999999")]
    public void T9_A_mark_that_is_no_time_keeps_it(string mark) =>
        Judge(Lost with { Labels = new Dictionary<string, string>(Lost.Labels) { [Ownership.QuarantinedAt] = mark } }).ShouldBe(Standing.Kept);

    [Fact]
    public void A_mark_in_seconds_is_read()
    {
        var yesterday = Samples.Now.AddDays(-1);

        Ownership.ReadMark(yesterday.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Samples.Now).ShouldBe(yesterday);
        Ownership.ReadMark(Samples.Now.AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Samples.Now).ShouldBeNull();
    }

    [Fact]
    public void T9_Without_a_readable_age_it_is_kept()
    {
        Judge(Lost with { Created = null }).ShouldBe(Standing.Kept);
        Judge(Lost with { Created = Samples.Now.AddHours(2) }).ShouldBe(Standing.Kept);
        CloudResource.Of(Samples.Server with { Created = default }).Created.ShouldBeNull("a time that was not told is not the year 1");
    }

    [Fact]
    public void What_is_new_or_in_an_operations_hands_is_left_alone()
    {
        var operation = new Operation { Id = "op-2", Plan = "provision", Subject = "agt-3", Step = "create-server", State = "{}" };

        Judge(Lost with { Created = Samples.Now.AddMinutes(-9) }).ShouldBe(Standing.Busy);
        Judge(Lost, null, operation).ShouldBe(Standing.Busy, "the operation that made it is unfinished");
        Judge(Lost, null, operation with { Id = "op-9", Subject = "agt-2" }).ShouldBe(Standing.Busy, "another operation of its agent is under way");
        Judge(Lost, null, operation with { Id = "op-9" }).ShouldBe(Standing.Unknown);
    }

    [Fact]
    public void Addresses_and_volumes_go_with_the_server_they_are_on()
    {
        var ip = new CloudResource(ResourceKind.PrimaryIp, "5", "primary_ip-5", Samples.Now.AddHours(-1)) { Server = 42 };

        Judge(ip).ShouldBe(Standing.Known);
        Judge(ip with { Server = 43 }).ShouldBe(Standing.Follows, "nobody's business, and no finding");
        Judge(ip with { Server = null }).ShouldBe(Standing.Kept, "an unattached address may be anybody's");
        Judge(ip with { Server = null, Labels = Samples.Labels(null, null) }).ShouldBe(Standing.Unknown);
    }

    [Fact]
    public void The_shared_firewall_is_known_as_long_as_anybody_needs_it()
    {
        Judge(Samples.Firewall).ShouldBe(Standing.Known);
        Judge(Samples.Firewall, Samples.Machine with { Status = MachineStatus.Gone }).ShouldBe(Standing.Unknown);
        Judge(Samples.Firewall with { Name = "slipway-another" }).ShouldBe(Standing.Unknown);
    }

    [Fact]
    public void A_device_is_ours_if_its_agent_is_or_if_its_server_carries_our_label()
    {
        var device = new CloudResource(ResourceKind.Device, "node-2", "agt-2-wxyz", Samples.Now.AddHours(-1)) { Subject = "agt-2" };

        Judge(Samples.Device).ShouldBe(Standing.Known);
        Judge(Samples.Device with { Id = "node-9" }).ShouldBe(Standing.Known, "the host name is of this very attempt");
        Judge(Samples.Device with { Id = "node-9", Name = "agt-1-zzzz" }).ShouldBe(Standing.Unknown, "an earlier attempt's");
        Judge(device).ShouldBe(Standing.Kept, "another control plane may use the same tag");
        new Ownership(Samples.Rows(Samples.Machine), Samples.Clouds(Samples.Server, [Lost, device]), new ReconcileOptions(), Samples.Now)
            .Judge(device, isQuarantined: false, isOperationOurs: false).Standing.ShouldBe(Standing.Unknown);
    }

    [Fact]
    public void An_auth_key_is_ours_if_one_of_our_operations_made_it()
    {
        var key = new CloudResource(ResourceKind.AuthKey, "k1", "slipway op-2", Samples.Now.AddMinutes(-12)) { OperationId = "op-2" };
        var ownership = new Ownership(Samples.Rows(Samples.Machine), Samples.Clouds(Samples.Server), new ReconcileOptions(), Samples.Now);

        ownership.Judge(key, isQuarantined: false, isOperationOurs: false).Standing.ShouldBe(Standing.Kept);
        ownership.Judge(key, isQuarantined: false, isOperationOurs: true).Standing.ShouldBe(Standing.Unknown);
    }

    private static Standing Judge(CloudResource resource) => Judge(resource, Samples.Machine);

    private static Standing Judge(CloudResource resource, Machine? machine, params IReadOnlyList<Operation> unfinished) =>
        new Ownership(Samples.Rows(machine, unfinished), Samples.Clouds(Samples.Server), new ReconcileOptions(), Samples.Now)
            .Judge(resource, isQuarantined: false, isOperationOurs: false).Standing;
}
