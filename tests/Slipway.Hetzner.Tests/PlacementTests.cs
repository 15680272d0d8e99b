using Slipway.Testing;

namespace Slipway.Hetzner.Tests;

public sealed class PlacementTests
{
    private static readonly DateTimeOffset Now = new ManualTimeProvider().GetUtcNow();

    private static readonly Location[] Locations =
    [
        new() { Name = "ash", Country = "US", NetworkZone = "us-east" },
        new() { Name = "fsn1", Country = "DE", NetworkZone = "eu-central" },
        new() { Name = "hel1", Country = "FI", NetworkZone = "eu-central" },
        new() { Name = "nbg1", Country = "de", NetworkZone = "eu-central" },
        new() { Name = "sin", Country = "SG", NetworkZone = "ap-southeast" },
    ];

    private static ServerTypeLocation At(string name, bool available = true, bool recommended = false, DateTimeOffset? end = null) => new()
    {
        Name = name,
        Available = available,
        Recommended = recommended,
        Deprecation = end is { } after ? new Deprecation(Now.AddMonths(-6), after) : null,
    };

    private static ServerType Type(string name, params ServerTypeLocation[] locations) => new() { Name = name, Locations = locations };

    private static PlacementPlan Plan(PlacementArea area, IReadOnlyList<string> types, params ServerType[] catalogue) =>
        PlacementPlan.FromCatalogue(catalogue, Locations, types, area, Now);

    [Fact]
    public void Any_EU_location_is_any_location_in_a_member_state_and_no_other()
    {
        var everywhere = Type("cx23", At("ash"), At("fsn1"), At("hel1"), At("nbg1"), At("sin"));

        Plan(PlacementArea.AnyEu, ["cx23"], everywhere).ToString().ShouldBe("cx23 in fsn1, cx23 in hel1, cx23 in nbg1");
        Plan(PlacementArea.Anywhere, ["cx23"], everywhere).Choices.Count.ShouldBe(5);
        Plan(PlacementArea.InZone("us-east"), ["cx23"], everywhere).ToString().ShouldBe("cx23 in ash");
        Plan(PlacementArea.In("sin", "fsn1"), ["cx23"], everywhere).ToString().ShouldBe("cx23 in sin, cx23 in fsn1");
    }

    [Fact]
    public void All_places_of_the_better_type_come_first_and_recommended_ones_before_others()
    {
        var plan = Plan(
            PlacementArea.AnyEu, ["cpx22", "cx23"],
            Type("cx23", At("fsn1"), At("hel1")),
            Type("cpx22", At("fsn1"), At("nbg1", recommended: true)));

        plan.ToString().ShouldBe("cpx22 in nbg1, cpx22 in fsn1, cx23 in fsn1, cx23 in hel1");
    }

    [Fact]
    public void What_is_out_of_stock_is_tried_last_because_the_catalogue_is_a_hint()
    {
        var plan = Plan(PlacementArea.In("fsn1", "nbg1"), ["cx23", "cpx22"], Type("cx23", At("fsn1", available: false), At("nbg1")), Type("cpx22", At("fsn1")));

        plan.ToString().ShouldBe("cx23 in nbg1, cpx22 in fsn1, cx23 in fsn1");
    }

    [Fact]
    public void What_is_not_sold_is_left_out_with_the_reason()
    {
        var plan = Plan(
            PlacementArea.In("fsn1", "hel1", "nbg1"), ["cx22", "cx23"],
            Type("cx23", At("fsn1", end: Now.AddDays(-1)), At("hel1", end: Now.AddDays(1))));

        plan.Choices.ShouldBe([new Placement("cx23", "hel1")]);
        plan.Exclusions.Select(e => $"{e.Placement}: {e.Reason}").ShouldBe(
        [
            "cx22 in fsn1: there is no such server type", "cx22 in hel1: there is no such server type", "cx22 in nbg1: there is no such server type",
            "cx23 in fsn1: not sold there since 2026-11-20", "cx23 in nbg1: not sold there",
        ]);
    }

    [Fact]
    public void A_plan_with_nothing_in_it_is_refused_and_says_why()
    {
        Should.Throw<ArgumentException>(() => Plan(PlacementArea.AnyEu, ["cx23"], Type("cx23", At("ash")))).Message.ShouldContain("cx23 in fsn1: not sold there");
        Should.Throw<ArgumentException>(() => Plan(PlacementArea.In("moon1"), ["cx23"], Type("cx23", At("ash")))).Message.ShouldContain("there is no such location");
        Should.Throw<ArgumentException>(() => PlacementPlan.InOrder());
    }

    [Fact]
    public async Task A_plan_is_made_from_what_Hetzner_sells_with_two_requests()
    {
        using var arranged = new Arrange(
            Arrange.Ok("GET", "/server_types?page=1&per_page=50", $$"""{"server_types":[{{Json.ServerType}}]}"""),
            Arrange.Ok("GET", "/locations?page=1&per_page=50", $$"""{"locations":[{{Json.Location}}]}"""));

        (await arranged.Client.Servers.PlanAsync(["cx23"], PlacementArea.AnyEu)).ToString().ShouldBe("cx23 in nbg1");

        arranged.Http.ShouldBeFinished();
    }
}
