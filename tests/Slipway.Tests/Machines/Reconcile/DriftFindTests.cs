using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Machines.Reconcile;
using Slipway.Operations;

namespace Slipway.Tests.Machines.Reconcile;

/// <summary>What counts as a machine that is not as its row says, and what is no evidence at all.</summary>
public sealed class DriftFindTests
{
    [Fact]
    public void A_machine_that_is_as_its_row_says_has_none()
    {
        Find(Samples.Machine, Samples.Server).ShouldBe([]);
        Find(Samples.Machine with { Status = MachineStatus.Stopped }, Samples.Server with { Status = "off" }).ShouldBe([]);
    }

    [Fact]
    public void Everything_that_differs_is_found()
    {
        Find(Samples.Machine, null).ShouldBe(["host-gone"]);
        Find(Samples.Machine, Samples.Server with { Status = "off" }).ShouldBe(["off"]);
        Find(Samples.Machine with { Status = MachineStatus.Stopped }, Samples.Server).ShouldBe(["on"]);
        Find(Samples.Machine with { Status = MachineStatus.Starting }, Samples.Server).ShouldBe(["not-started"]);
        Find(Samples.Machine, Samples.Server with { ServerType = new ServerType { Name = "cx53" } }).ShouldBe(["wrong-type"]);
        Find(Samples.Machine, Samples.Server with { Status = "off", PublicNet = new PublicNet() }).ShouldBe(["off", "no-firewall"]);
        Drift.Find(Samples.Machine, Samples.Clouds(Samples.Server, [Samples.Firewall]), Samples.Rows(Samples.Machine)).ShouldBe(["no-device"]);
        Drift.Find(Samples.Machine, Samples.Clouds(Samples.Server, [Samples.Firewall with { Id = "8" }, Samples.Device]), Samples.Rows(Samples.Machine)).ShouldBe(["no-firewall"]);
    }

    [Theory]
    [InlineData("initializing")]
    [InlineData("starting")]
    [InlineData("stopping")]
    [InlineData("migrating")]
    [InlineData("rebuilding")]
    [InlineData("deleting")]
    [InlineData("unknown")]
    [InlineData("something new")]
    public void A_server_on_its_way_proves_nothing(string status) => Find(Samples.Machine, Samples.Server with { Status = status }).ShouldBeNull();

    [Fact]
    public void A_locked_server_a_busy_agent_or_an_unread_list_proves_nothing()
    {
        var operation = new Operation { Id = "op-2", Plan = "stop", Subject = "agt-1", Step = "await-off", State = "{}" };

        Find(Samples.Machine, Samples.Server with { Status = "off", Locked = true }).ShouldBeNull();
        Drift.Find(Samples.Machine, Samples.Clouds(), Samples.Rows(Samples.Machine, operation)).ShouldBeNull();
        Drift.Find(Samples.Machine, Samples.Clouds(read: false), Samples.Rows(Samples.Machine)).ShouldBeNull();
        Drift.Find(Samples.Machine, Samples.Clouds(Samples.Server, []) with { Read = new HashSet<ResourceKind> { ResourceKind.Server } }, Samples.Rows(Samples.Machine)).ShouldBe([]);
    }

    [Theory]
    [InlineData(MachineStatus.Creating)]
    [InlineData(MachineStatus.CloudInit)]
    [InlineData(MachineStatus.InjectingSecrets)]
    [InlineData(MachineStatus.Stopping)]
    [InlineData(MachineStatus.Destroying)]
    [InlineData(MachineStatus.Gone)]
    public void A_machine_that_is_being_made_or_unmade_is_nobodys_drift(string status) => Find(Samples.Machine with { Status = status }, null).ShouldBeNull();

    private static IReadOnlyList<string>? Find(Machine machine, Server? server) => Drift.Find(machine, Samples.Clouds(server), Samples.Rows(machine));
}
