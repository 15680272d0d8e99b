using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ApiDateTests
{
    [Fact]
    public async Task Today_datacenters_are_gone_and_say_where_it_was_announced()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.GetAsync("/v1/datacenters/4");

        answer.Status.ShouldBe(410);
        answer.ErrorCode.ShouldBe("deprecated_api_endpoint");
        ((string?)answer["error"]["details"]!["announcement"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task In_june_2026_servers_had_a_datacenter_and_orders_took_one()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.ApiDate = new DateOnly(2026, 6, 30));

        var answer = await cloud.PostAsync("/v1/servers", """{"name":"a","server_type":"cx23","image":"debian-12","datacenter":"hel1-dc2"}""");

        answer.Status.ShouldBe(201, answer.Text);
        ((string?)answer["server"]["datacenter"]!["name"]).ShouldBe("hel1-dc2");
        ((string?)answer["server"]["location"]!["name"]).ShouldBe("hel1");
        (await cloud.GetAsync("/v1/datacenters?name=fsn1-dc14"))["datacenters"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task In_september_2026_datacenters_were_listed_and_servers_had_none()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.ApiDate = new DateOnly(2026, 9, 30));

        (await cloud.GetAsync("/v1/datacenters")).Status.ShouldBe(200);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("a")))["server"].AsObject().ContainsKey("datacenter").ShouldBeFalse();
    }

    [Fact]
    public async Task In_2025_a_rebuild_took_no_user_data_old_types_were_sold_and_before_that_all_actions_were_listed()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.ApiDate = new DateOnly(2025, 1, 1));
        const string Old = """{"name":"a","server_type":"cx22","image":"debian-12","location":"fsn1"}""";
        var id = (long)(await cloud.PostAsync("/v1/servers", Old))["server"]["id"]!;
        await cloud.UntilStatusAsync(id, "running");

        (await cloud.PostAsync($"/v1/servers/{id}/actions/rebuild", """{"image":"debian-12","user_data":"x"}""")).Field.ShouldBe("user_data");
        (await cloud.GetAsync("/v1/actions"))["actions"].AsArray().Count.ShouldBe(2);

        await using var today = await TestCloud.StartAsync();
        (await today.GetAsync("/v1/actions")).Field.ShouldBe("id");
        (await today.PostAsync("/v1/servers", Old)).ErrorMessage.ShouldBe("unsupported location for server type");
        var listed = (await today.GetAsync("/v1/server_types?name=cx22"))["server_types"][0]!["locations"]![0]!;
        ((bool)listed["available"]!).ShouldBeFalse();
        listed["deprecation"]!["unavailable_after"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_not_modelled_says_so()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/zones/example.com/rrsets", "{}");

        answer.Status.ShouldBe(501);
        answer.ErrorMessage.ShouldContain("POST /v1/zones/example.com/rrsets");
        (await cloud.GetAsync("/v1/nonsense")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Isos_for_any_architecture_are_listed_only_on_request()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.GetAsync("/v1/isos?architecture=arm"))["isos"].AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync("/v1/isos?architecture=arm&include_architecture_wildcard=true"))["isos"].AsArray().Count.ShouldBe(2);
        (await cloud.GetAsync("/v1/isos/117"))["iso"].AsObject()["architecture"].ShouldBeNull();
    }
}
