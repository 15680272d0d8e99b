namespace Slipway.Tailscale.Tests;

public sealed class EnrolmentTests
{
    private static readonly DateTimeOffset KeyCreated = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private static readonly Device Good = new()
    {
        Id = "1",
        NodeId = "n1",
        Hostname = "vm-7",
        Name = "vm-7-1.tail1234.ts.net",
        Tags = ["tag:agent", "tag:eu"],
        Authorized = true,
        Created = KeyCreated.AddSeconds(40),
        Addresses = ["100.64.0.7", "fd7a:115c:a1e0::7"],
    };

    private static readonly EnrolmentExpectation Expected = new()
    {
        Hostname = "vm-7",
        Tags = ["tag:eu", "tag:agent"],
        KeyCreated = KeyCreated,
        NodeId = "n1",
        Address = "FD7A:115C:A1E0:0::7",
    };

    public static TheoryData<string, Device, string> Strangers => new()
    {
        { "another node", Good with { NodeId = "n2" }, "The device is n2, but the machine reported n1." },
        { "another hostname", Good with { Hostname = "vm-8" }, "The device calls itself 'vm-8' instead of 'vm-7'." },
        { "a tag too many", Good with { Tags = ["tag:agent", "tag:eu", "tag:admin"] }, "The device has the tags [tag:agent, tag:eu, tag:admin] instead of [tag:eu, tag:agent]." },
        { "a tag too few", Good with { Tags = ["tag:agent"] }, "The device has the tags [tag:agent] instead of [tag:eu, tag:agent]." },
        { "shared", Good with { IsExternal = true }, "The device belongs to another tailnet and is only shared with this one." },
        { "not approved", Good with { Authorized = false }, "The device is not authorized: its key was not preauthorized, or an administrator withdrew the approval." },
        { "ageless", Good with { Created = null }, "The device has no creation time, so it cannot be told from an earlier one." },
        { "older", Good with { Created = KeyCreated.AddSeconds(-61) }, "The device was created at 2026-11-21T08:58:59.0000000+00:00, before its key at 2026-11-21T09:00:00.0000000+00:00: it is an earlier machine." },
        { "no address", Good with { Addresses = [] }, "The device has no address." },
        { "another address", Good with { Addresses = ["100.64.0.8"] }, "The device has the addresses 100.64.0.8, but the machine reported FD7A:115C:A1E0:0::7." },
    };

    [Fact]
    public void T3_the_machine_itself_has_no_problems() => Enrolment.Check(Good, Expected).ShouldBeEmpty();

    [Fact]
    public void T3_clocks_may_be_a_minute_apart_and_a_silent_machine_is_judged_by_the_rest() =>
        Enrolment.Check(Good with { Created = KeyCreated.AddSeconds(-60) }, Expected with { NodeId = null, Address = null }).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Strangers))]
    public void T3_each_difference_is_one_sentence(string name, Device device, string problem)
    {
        name.ShouldNotBeEmpty();
        Enrolment.Check(device, Expected).ShouldHaveSingleItem().ShouldBe(problem);
    }

    [Fact]
    public void T3_all_differences_are_told_at_once() =>
        Enrolment.Check(new Device { Id = "1", NodeId = "x" }, Expected).Count.ShouldBe(6);
}
