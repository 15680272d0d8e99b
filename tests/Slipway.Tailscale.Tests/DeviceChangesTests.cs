using System.Net;
using Slipway.Testing;

namespace Slipway.Tailscale.Tests;

public sealed class DeviceChangesTests : TailscaleTest
{
    private const string Device = "/api/v2/device/n1";

    private static ScriptedExchange Set(string path, string body, string answer = "") => new("POST", Device + path, HttpStatusCode.OK, answer)
    {
        Inspect = (_, sent) => sent.ShouldBe(body),
    };

    [Fact]
    public async Task Every_change_sends_what_Tailscale_expects_and_does_not_mind_an_empty_answer()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Set("/authorized", """{"authorized":true}"""),
            Set("/tags", """{"tags":["tag:agent","tag:eu"]}""", "null"),
            Set("/name", """{"name":"agent"}""", "{}"),
            Set("/key", """{"keyExpiryDisabled":true}"""),
            Set("/expire", "{}"),
            Set("/attributes/custom%3Acustomer", """{"value":"c-7","expiry":"2026-12-01T00:00:00Z","comment":"order 7"}""", """{"attributes":{} }"""),
            Set("/attributes/custom%3Aa", """{"value":"b"}"""),
            new ScriptedExchange("DELETE", Device + "/attributes/custom%3Acustomer", HttpStatusCode.OK),
            new ScriptedExchange("DELETE", Device + "/attributes/custom%3Acustomer", HttpStatusCode.NotFound));
        using var client = Client(transport);
        var devices = client.Devices;

        await devices.SetAuthorizedAsync("n1", authorized: true);
        await devices.SetTagsAsync("n1", ["tag:agent", "tag:eu"]);
        await devices.SetNameAsync("n1", "agent");
        await devices.SetKeyExpiryDisabledAsync("n1", disabled: true);
        await devices.ExpireKeyAsync("n1");
        await devices.SetAttributeAsync("n1", "custom:customer", "c-7", new DateTimeOffset(2026, 12, 1, 1, 0, 0, TimeSpan.FromHours(1)), "order 7");
        await devices.SetAttributeAsync("n1", "custom:a", "b");
        (await devices.DeleteAttributeAsync("n1", "custom:customer")).ShouldBeTrue();
        (await devices.DeleteAttributeAsync("n1", "custom:customer")).ShouldBeFalse();

        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task Routes_and_attributes_are_read()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(Device + "/routes", """{"advertisedRoutes":["10.0.1.0/24","0.0.0.0/0"],"enabledRoutes":["10.0.1.0/24"]}"""),
            Set("/routes", """{"routes":["0.0.0.0/0"]}""", """{"advertisedRoutes":null,"enabledRoutes":["0.0.0.0/0"],"more":1}"""),
            Get(Device + "/attributes", """{"attributes":{"node:os":"linux","custom:n":7,"node:tsAutoUpdate":true},"expiries":{"custom:n":"2026-12-01T00:00:00Z"}}"""),
            Get(Device + "/attributes", "{}"));
        using var client = Client(transport);

        var offered = await client.Devices.GetRoutesAsync("n1");
        var approved = await client.Devices.SetRoutesAsync("n1", ["0.0.0.0/0"]);
        var attributes = await client.Devices.GetAttributesAsync("n1");

        offered.Advertised.ShouldBe(["10.0.1.0/24", "0.0.0.0/0"]);
        offered.Enabled.ShouldBe(["10.0.1.0/24"]);
        (approved.Advertised.Count, approved.Enabled[0]).ShouldBe((0, "0.0.0.0/0"));
        (attributes["node:os"], attributes["custom:n"], attributes["node:tsAutoUpdate"]).ShouldBe(("linux", "7", "True"));
        (await client.Devices.GetAttributesAsync("n1")).ShouldBeEmpty();
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task Setting_something_twice_is_setting_it_once_so_a_lost_answer_is_followed_by_another_try()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("POST", Device + "/tags", HttpStatusCode.BadGateway, "<html>"),
            new ScriptedExchange("POST", Device + "/tags", HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ResponseEnded, "reset") },
            Set("/tags", """{"tags":["tag:agent"]}"""));
        using var client = Client(transport);

        await Elapse(async () =>
        {
            await client.Devices.SetTagsAsync("n1", ["tag:agent"]);
            return 0;
        });

        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task A_change_to_a_device_that_is_gone_is_an_error_and_its_outcome_is_known()
    {
        using var client = Client(new ScriptedHttp(
            TokenExchange(), new ScriptedExchange("POST", Device + "/name", HttpStatusCode.NotFound, """{"message":"no such device"}""")));

        var e = await Should.ThrowAsync<TailscaleException>(client.Devices.SetNameAsync("n1", "agent"));

        (e.Status, e.OutcomeUnknown).ShouldBe((HttpStatusCode.NotFound, false));
        e.Message.ShouldContain("no such device");
    }

    [Fact]
    public async Task An_attribute_that_is_not_ones_own_is_refused_before_anything_is_sent()
    {
        using var client = Client(new ScriptedHttp());

        foreach (var key in (string[])["node:os", "custom:", ""])
        {
            (await Should.ThrowAsync<ArgumentException>(() => client.Devices.SetAttributeAsync("n1", key, "x"))).Message.ShouldContain("custom:");
        }
    }

    [Fact]
    public async Task More_of_a_device_is_read_when_it_is_asked_for()
    {
        using var client = Client(new ScriptedHttp(TokenExchange(), Get("/api/v2/tailnet/-/devices?os=linux&fields=all", """
            {"devices":[{"id":"1","os":"linux","updateAvailable":true,"blocksIncomingConnections":true,"advertisedRoutes":["10.0.1.0/24"],"enabledRoutes":["10.0.2.0/24"]},
                        {"id":"2","os":"windows"}]}
            """)));

        var device = (await client.Devices.ListAsync(new DeviceFilter { Os = "linux", AllFields = true })).ShouldHaveSingleItem();

        (device.UpdateAvailable, device.BlocksIncomingConnections).ShouldBe((true, true));
        (device.AdvertisedRoutes[0], device.EnabledRoutes[0]).ShouldBe(("10.0.1.0/24", "10.0.2.0/24"));
    }

    [Fact]
    public async Task A_token_can_be_asked_for_that_may_do_less()
    {
        string? form = null;
        using var client = Client(
            new ScriptedHttp(TokenExchange() with { Inspect = (_, body) => form = body }, Get("/api/v2/tailnet/-/devices", "{}")),
            o => (o.Scopes, o.Tags) = (["devices:core:read", "auth_keys"], ["tag:agent"]));

        await client.Devices.ListAsync();

        form.ShouldBe($"client_id=kABC11CNTRL&client_secret={ClientSecret}&grant_type=client_credentials&scope=devices%3Acore%3Aread+auth_keys&tags=tag%3Aagent");
        Should.Throw<ArgumentException>(() => Client(new ScriptedHttp(), o => o.Scopes = ["auth_keys devices:core"])).Message.ShouldContain("entry of its own");
    }
}
