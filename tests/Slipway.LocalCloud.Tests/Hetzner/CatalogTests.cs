using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class CatalogTests
{
    [Fact]
    public async Task A_type_tells_for_each_location_whether_it_can_be_had()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/capacity", """{"server_type":"cx23","location":"nbg1","state":"sold_out"}""");

        var type = (await cloud.GetAsync("/v1/server_types?name=cx23"))["server_types"].AsArray().Single()!;

        type["locations"]!.AsArray().Select(l => $"{l!["name"]} {l["available"]}").ShouldBe(["fsn1 true", "nbg1 false", "hel1 true"]);
        (await cloud.GetAsync($"/v1/server_types/{type["id"]}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Prices_are_decimal_texts()
    {
        await using var cloud = await TestCloud.StartAsync();

        var pricing = (await cloud.GetAsync("/v1/pricing"))["pricing"];

        ((string?)pricing["currency"]).ShouldBe("EUR");
        var price = pricing["server_types"]![0]!["prices"]![0]!;
        ((string?)price["price_monthly"]!["net"])!.ShouldMatch(@"^\d+\.\d{16}$");
        ((string?)price["price_hourly"]!["gross"])!.ShouldMatch(@"^\d+\.\d{16}$");
    }

    [Fact]
    public async Task Images_have_one_name_for_each_architecture()
    {
        await using var cloud = await TestCloud.StartAsync();

        var images = (await cloud.GetAsync("/v1/images?name=debian-12&architecture=x86"))["images"].AsArray();

        ((string?)images.Single()!["os_flavor"]).ShouldBe("debian");
        (await cloud.GetAsync("/v1/images?name=debian-12"))["images"].AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_locations_on_offer_are_an_option()
    {
        await using var all = await TestCloud.StartAsync();
        (await all.GetAsync("/v1/locations"))["locations"].AsArray().Select(l => (string?)l!["name"])
            .ShouldBe(["fsn1", "nbg1", "hel1", "ash", "hil", "sin"]);
        await using var one = await TestCloud.StartAsync(o => o.Locations = "hel1");
        (await one.GetAsync("/v1/locations"))["locations"].AsArray().Count.ShouldBe(1);
        (await one.PostAsync("/v1/servers", TestCloud.Order("a"))).Field.ShouldBe("location");
        var mistake = await Should.ThrowAsync<LocalCloudOptionsException>(() => TestCloud.StartAsync(o => o.Locations = "mars"));
        mistake.Message.ShouldContain("mars");
    }
}
