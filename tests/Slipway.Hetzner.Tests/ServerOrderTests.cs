using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ServerOrderTests
{
    private const string Look = "/servers?name=web-1";
    private static readonly PlacementPlan Plan = PlacementPlan.InOrder(new("cx23", "fsn1"), new("cx23", "nbg1"), new("cpx22", "hel1"));

    private static readonly CreateServerRequest Order = new()
    {
        Name = "web-1",
        ServerType = "cx23",
        Image = "debian-12",
        Labels = new Dictionary<string, string> { ["app"] = "shop" },
    };

    private static ScriptedExchange Made(string type = "cx23", string location = "fsn1") => Ok(
        "POST", "/servers",
        $$"""{"server":{{Json.Server()}},"action":{{Json.Action(1, "create_server")}},"next_actions":[{{Json.Action(2, "start_server")}}],"root_password":"planted-root-password"}""",
        HttpStatusCode.Created) with
    {
        Inspect = (_, body) =>
        {
            body.ShouldContain($"\"server_type\":\"{type}\"");
            body.ShouldContain($"\"location\":\"{location}\"");
        },
    };

    private static ScriptedExchange SoldOut(string message = "error during placement") => Refuse("POST", "/servers", 412, "resource_unavailable", message);

    private static ScriptedExchange Unsupported() => Refuse("POST", "/servers", 422, "invalid_input", "unsupported location for server type");

    private static ScriptedExchange Taken() => Refuse("POST", "/servers", 409, "uniqueness_error", "server name is already used");

    private static ScriptedExchange Found(params string[] servers) => Ok("GET", Look, $$"""{"servers":[{{string.Join(',', servers)}}]}""");

    private static string Strange => Json.Server(66).Replace("\"app\":\"shop\"", "\"app\":\"other\"", StringComparison.Ordinal);

    [Fact]
    public async Task An_order_that_works_is_one_request_and_says_where()
    {
        using var arranged = new Arrange(Made());

        var result = await arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan);

        (result.Server.Id, result.WasAdopted, result.RootPassword).ShouldBe((42, false, "planted-root-password"));
        result.Actions.Select(a => a.Id).ShouldBe([1, 2]);
        result.Tries.ShouldHaveSingleItem().ToString().ShouldBe("cx23 in fsn1: created");
        result.ToString().ShouldNotContain("planted");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task H1_the_plan_advances_where_there_is_no_room_and_every_try_is_told()
    {
        using var arranged = new Arrange(SoldOut(), Unsupported(), Made("cpx22", "hel1"));

        var result = await arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan);

        result.Tries.Select(t => t.Outcome).ShouldBe([PlacementOutcome.SoldOut, PlacementOutcome.Unsupported, PlacementOutcome.Created]);
        (result.Tries[0].Code, result.Tries[0].CorrelationId, result.Tries[0].FromMemory).ShouldBe(("resource_unavailable", "c0ffee", false));
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "resource_limit_exceeded")]
    [InlineData(422, "invalid_input")]
    public async Task What_another_place_cannot_mend_ends_the_order(int status, string code)
    {
        using var arranged = new Arrange(Refuse("POST", "/servers", status, code));

        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan))).Code.ShouldBe(code);

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task No_room_anywhere_says_so_and_whether_waiting_helps()
    {
        using var arranged = new Arrange(SoldOut(), Unsupported(), SoldOut());
        using var hopeless = new Arrange(Unsupported(), Unsupported(), Unsupported());

        var passing = await Should.ThrowAsync<PlacementException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan));
        var permanent = await Should.ThrowAsync<PlacementException>(() => hopeless.Client.Servers.CreateOrAdoptAsync(Order, Plan));

        passing.IsPermanent.ShouldBeFalse();
        passing.Message.ShouldBe("There is no room for server 'web-1': cx23 in fsn1: sold out (resource_unavailable); cx23 in nbg1: not sold there (invalid_input); "
            + "cpx22 in hel1: sold out (resource_unavailable). Try again later, or allow more server types or locations.");
        permanent.IsPermanent.ShouldBeTrue();
        permanent.Message.ShouldEndWith("Choose another server type or location.");
    }

    [Fact]
    public async Task A_shortage_is_remembered_for_about_five_minutes_by_every_order_of_the_client()
    {
        using var arranged = new Arrange(SoldOut(), Made(location: "nbg1"), Made(location: "nbg1"), Made());
        var servers = arranged.Client.Servers;
        await servers.CreateOrAdoptAsync(Order, Plan);

        arranged.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        var remembered = (await servers.CreateOrAdoptAsync(Order, Plan)).Tries;
        arranged.Time.Advance(TimeSpan.FromSeconds(1));
        await servers.CreateOrAdoptAsync(Order, Plan);

        (remembered[0].FromMemory, remembered[0].Code, remembered[1].Outcome).ShouldBe((true, "resource_unavailable", PlacementOutcome.Created));
        remembered[0].ToString().ShouldBe("cx23 in fsn1: sold out (resource_unavailable, known from before)");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void The_memory_lasts_between_four_and_a_half_and_five_and_a_half_minutes()
    {
        var time = new ManualTimeProvider();
        var refusal = new HetznerException("no", "resource_unavailable", HttpStatusCode.PreconditionFailed, "POST /servers");

        TimeSpan For(double random) => new ShortageMemory(time, () => random).Remember(new("cx23", "fsn1"), refusal).RetryAt!.Value - time.GetUtcNow();

        For(0).ShouldBe(TimeSpan.FromMinutes(4.5));
        For(0.999999).ShouldBe(TimeSpan.FromMinutes(5.5), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_disabled_location_is_passed_over_for_every_type()
    {
        var two = PlacementPlan.InOrder(new("cx23", "fsn1"), new("cx23", "nbg1"));
        var other = PlacementPlan.InOrder(new("cpx22", "fsn1"), new("cpx22", "nbg1"));
        using var arranged = new Arrange(SoldOut("server location disabled"), Made(location: "nbg1"), Made("cpx22", "nbg1"));

        (await arranged.Client.Servers.CreateOrAdoptAsync(Order, two)).Tries[0].Outcome.ShouldBe(PlacementOutcome.LocationDisabled);
        var next = await arranged.Client.Servers.CreateOrAdoptAsync(Order, other);

        next.Tries[0].ToString().ShouldBe("cpx22 in fsn1: location disabled (resource_unavailable, known from before)");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task When_every_place_is_known_to_be_full_the_one_refused_longest_ago_is_asked_again()
    {
        using var arranged = new Arrange(SoldOut(), SoldOut(), SoldOut(), Made());
        await Should.ThrowAsync<PlacementException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan));

        var result = await arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan);

        result.Tries.ShouldHaveSingleItem().ToString().ShouldBe("cx23 in fsn1: created");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task A_taken_name_is_adopted_when_every_label_agrees()
    {
        using var arranged = new Arrange(Taken(), Found(Json.Server()));

        var result = await arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan);

        (result.Server.Id, result.WasAdopted, result.Actions.Count).ShouldBe((42, true, 0));
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task T7_A_strangers_server_of_that_name_is_left_alone_and_named()
    {
        using var arranged = new Arrange(Taken(), Found(Strange));

        var e = await Should.ThrowAsync<ServerNameTakenException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan));

        e.Found.Id.ShouldBe(66);
        e.Message.ShouldContain("it was left alone".Replace("it", "It", StringComparison.Ordinal));
        e.InnerException.ShouldBeOfType<HetznerException>().Code.ShouldBe("uniqueness_error");
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task T18_A_server_of_ours_that_was_ordered_differently_is_not_adopted()
    {
        var order = Order with { Labels = new Dictionary<string, string> { ["app"] = "shop", ["fingerprint"] = "new" } };
        var older = Json.Server().Replace("\"app\":\"shop\"", "\"app\":\"shop\",\"fingerprint\":\"old\"", StringComparison.Ordinal);
        using var arranged = new Arrange(Taken(), Found(older));

        (await Should.ThrowAsync<ServerNameTakenException>(() => arranged.Client.Servers.CreateOrAdoptAsync(order, Plan))).Found.Id.ShouldBe(42);

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task A_lost_answer_is_looked_up_once_and_the_server_it_made_adopted()
    {
        using var arranged = new Arrange(SoldOut(), new ScriptedExchange("POST", "/v1/servers", HttpStatusCode.GatewayTimeout, "<html>"), Found(Json.Server()));

        var result = await arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan);

        result.WasAdopted.ShouldBeTrue();
        result.Tries.ShouldHaveSingleItem().Placement.Location.ShouldBe("fsn1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task T11_A_lost_answer_without_a_server_stays_unknown_and_is_not_sent_again(bool lookUpWorks)
    {
        using var arranged = new Arrange(
            o => o.MaxAttempts = 1,
            new ScriptedExchange("POST", "/v1/servers", HttpStatusCode.BadGateway, "<html>"),
            lookUpWorks ? Found() : Refuse("GET", Look, 503, "unavailable"));

        var e = await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan));

        (e.Endpoint, e.IsOutcomeUnknown).ShouldBe(("POST /servers", true));
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task T27_A_taken_name_that_is_not_listed_yet_is_told_and_not_tried_again()
    {
        using var arranged = new Arrange(Taken(), Found());

        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order, Plan))).Code.ShouldBe("uniqueness_error");

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task Who_knows_of_an_earlier_attempt_looks_before_ordering()
    {
        using var there = new Arrange(Found(Json.Server()));
        using var stranger = new Arrange(Found(Strange));
        using var gone = new Arrange(Found(), Made());

        (await there.Client.Servers.CreateOrAdoptAsync(Order, Plan, mayExist: true)).WasAdopted.ShouldBeTrue();
        await Should.ThrowAsync<ServerNameTakenException>(() => stranger.Client.Servers.CreateOrAdoptAsync(Order, Plan, mayExist: true));
        (await gone.Client.Servers.CreateOrAdoptAsync(Order, Plan, mayExist: true)).WasAdopted.ShouldBeFalse();

        gone.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task Without_a_plan_the_requests_own_place_is_the_plan_and_without_labels_nothing_is_sent()
    {
        using var arranged = new Arrange(Made());

        (await arranged.Client.Servers.CreateOrAdoptAsync(Order with { Location = "fsn1" })).Tries[0].Placement.ShouldBe(new Placement("cx23", "fsn1"));
        (await Should.ThrowAsync<ArgumentException>(() => arranged.Client.Servers.CreateOrAdoptAsync(Order with { Labels = null }))).Message.ShouldContain("labels");

        arranged.Http.ShouldBeFinished();
    }
}
