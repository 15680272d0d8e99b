using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ServersTests
{
    private static readonly CreateServerRequest Minimal = new() { Name = "web-1", ServerType = "cx23", Image = "debian-12" };

    private static string Created(string rootPassword = "null") =>
        $$"""{"server":{{Json.Server(status: "initializing")}},"action":{{Json.Action(1_800_000_000_001, "create_server")}},"next_actions":[{{Json.Action(1_800_000_000_002, "start_server")}}],"root_password":{{rootPassword}}}""";

    [Fact]
    public async Task H1_a_full_order_says_everything_in_Hetzners_words_and_answers_typed()
    {
        string? sent = null;
        using var arranged = new Arrange(Ok("POST", "/servers", Created(), HttpStatusCode.Created) with { Inspect = (_, body) => sent = body });

        var result = await arranged.Client.Servers.CreateAsync(Minimal with
        {
            Location = "nbg1",
            SshKeys = ["laptop", "4711"],
            UserData = "#cloud-config\n# äöü",
            Labels = new Dictionary<string, string> { ["app"] = "shop" },
            Firewalls = [5],
            PublicNet = new PublicNetRequest { EnableIpv6 = false, Ipv4 = 7 },
            StartAfterCreate = false,
        });

        JsonElement.DeepEquals(JsonDocument.Parse(sent!).RootElement, JsonDocument.Parse("""
            {"name":"web-1","server_type":"cx23","image":"debian-12","location":"nbg1","ssh_keys":["laptop",4711],
             "user_data":"#cloud-config\n# äöü","labels":{"app":"shop"},"firewalls":[{"firewall":5}],
             "public_net":{"enable_ipv4":true,"enable_ipv6":false,"ipv4":7},"start_after_create":false}
            """).RootElement).ShouldBeTrue(sent);
        result.Server.Id.ShouldBe(42);
        result.Action.Id.ShouldBe(1_800_000_000_001);
        result.NextActions.ShouldHaveSingleItem().Command.ShouldBe("start_server");
    }

    [Fact]
    public async Task H2_the_removed_datacenter_and_whatever_was_not_asked_for_are_not_sent()
    {
        string? sent = null;
        using var arranged = new Arrange(Ok("POST", "/servers", Created(), HttpStatusCode.Created) with { Inspect = (_, body) => sent = body });

        await arranged.Client.Servers.CreateAsync(Minimal);

        sent.ShouldBe("""{"name":"web-1","server_type":"cx23","image":"debian-12","start_after_create":true}""");
    }

    [Fact]
    public async Task H2_user_data_over_32_KiB_of_UTF8_is_refused_before_any_request()
    {
        using var arranged = new Arrange();

        var e = await Should.ThrowAsync<ArgumentException>(() =>
            arranged.Client.Servers.CreateAsync(Minimal with { UserData = new string('ä', 16_385) }));

        e.Message.ShouldContain("32770 bytes");
        arranged.Http.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(25_000, 0)]
    [InlineData(25_001, 1)]
    [InlineData(32_768, 1)]
    public async Task H2_user_data_over_25_KB_is_sent_with_a_warning(int bytes, int warnings)
    {
        using var arranged = new Arrange(Ok("POST", "/servers", Created(), HttpStatusCode.Created));

        await arranged.Client.Servers.CreateAsync(Minimal with { UserData = new string('a', bytes) });

        arranged.Logs.At(LogLevel.Warning).Count().ShouldBe(warnings);
    }

    [Fact]
    public async Task The_root_password_and_the_user_data_are_not_printed()
    {
        using var arranged = new Arrange(Ok("POST", "/servers", Created("\"hunter2-root\""), HttpStatusCode.Created));
        var request = Minimal with { UserData = "planted-user-data" };

        var result = await arranged.Client.Servers.CreateAsync(request);

        result.RootPassword.ShouldBe("hunter2-root");
        result.ToString().ShouldNotContain("hunter2");
        request.ToString().ShouldNotContain("planted");
    }

    [Fact]
    public async Task H4_a_server_is_read_with_unknown_fields_and_both_forms_of_time()
    {
        using var arranged = new Arrange(Ok("GET", "/servers/42", $$"""{"server":{{Json.Server(status: "levitating")}}}"""));

        var server = await arranged.Client.Servers.GetAsync(42);

        server.Status.ShouldBe("levitating");
        server.Created.ShouldBe(new DateTimeOffset(2026, 11, 21, 8, 59, 0, TimeSpan.Zero));
        server.PublicNet.Ipv4!.Ip.ShouldBe("203.0.113.7");
        server.PublicNet.Firewalls.ShouldHaveSingleItem().ShouldBe(new ServerFirewall(5, "applied"));
        server.Location.Name.ShouldBe("nbg1");
        server.ServerType.Name.ShouldBe("cx23");
        server.ServerType.Prices[0].PriceMonthly.Gross.ShouldBe(4.1531m);
        server.ServerType.Locations[1].Available.ShouldBeFalse();
        server.IngoingTraffic.ShouldBe(123_456_789_012);
        server.Labels["app"].ShouldBe("shop");
    }

    [Fact]
    public async Task An_answer_that_lacks_almost_everything_is_still_a_server()
    {
        using var arranged = new Arrange(Ok("GET", "/servers/42", """{"server":{"id":42,"labels":null,"public_net":{"ipv4":null,"ipv6":null}}}"""));

        var server = await arranged.Client.Servers.GetAsync(42);

        server.Name.ShouldBe("");
        server.Labels.ShouldBeEmpty();
        server.PublicNet.Ipv4.ShouldBeNull();
        server.PublicNet.Firewalls.ShouldBeEmpty();
        server.Volumes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2001:db8:1:2::/64", "2001:db8:1:2::1")]
    [InlineData("2001:db8::/64", "2001:db8::1")]
    [InlineData("2a01:4f8:c17:af00::/64", "2a01:4f8:c17:af00::1")]
    [InlineData("203.0.113.7", null)]
    [InlineData("", null)]
    public void T15_the_IPv6_network_is_not_taken_for_the_machines_address(string network, string? address) =>
        new PublicIpv6 { Ip = network }.HostAddress.ShouldBe(address);

    [Fact]
    public async Task H4_what_does_not_exist_is_null_to_Find_and_an_error_to_Get()
    {
        using var arranged = new Arrange(
            Refuse("GET", "/servers/42", 404, "not_found"),
            Refuse("GET", "/servers/42", 404, "not_found"));

        (await arranged.Client.Servers.FindAsync(42)).ShouldBeNull();
        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.GetAsync(42))).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task T14_A_404_without_Hetzners_error_format_is_no_proof_that_a_server_is_gone()
    {
        using var arranged = new Arrange(
            new ScriptedExchange("DELETE", "/v1/servers/42", HttpStatusCode.NotFound, "<html>no such page</html>") { ContentType = "text/html" });

        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.DeleteAsync(42))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task H4_deleting_gives_the_action_and_deleting_again_gives_nothing()
    {
        using var arranged = new Arrange(
            Ok("DELETE", "/servers/42", $$"""{"action":{{Json.Action(9, "delete_server")}}}"""),
            Refuse("DELETE", "/servers/42", 404, "not_found"));

        (await arranged.Client.Servers.DeleteAsync(42))!.Command.ShouldBe("delete_server");
        (await arranged.Client.Servers.DeleteAsync(42)).ShouldBeNull();
    }

    [Fact]
    public async Task A_name_is_looked_up_exactly_and_escaped()
    {
        using var arranged = new Arrange(
            Ok("GET", "/servers?name=web-1", $$"""{"servers":[{{Json.Server(1, "web-10")}},{{Json.Server(2, "web-1")}}]}"""),
            Ok("GET", "/servers?name=a%26b%3D1", """{"servers":[]}"""));

        (await arranged.Client.Servers.FindByNameAsync("web-1"))!.Id.ShouldBe(2);
        (await arranged.Client.Servers.FindByNameAsync("a&b=1")).ShouldBeNull();
    }

    [Fact]
    public async Task Lists_follow_next_page_and_stop_asking_when_the_reader_stops()
    {
        static string Page(long id, string next) =>
            $$$"""{"servers":[{{{Json.Server(id)}}}],"meta":{"pagination":{"page":1,"per_page":50,"next_page":{{{next}}},"total_entries":null} } }""";
        using var arranged = new Arrange(
            Ok("GET", "/servers?label_selector=app%3Dshop&page=1&per_page=50", Page(1, "2")),
            Ok("GET", "/servers?label_selector=app%3Dshop&page=2&per_page=50", Page(2, "null")),
            Ok("GET", "/servers?page=1&per_page=50", Page(3, "2")));
        var labels = new Dictionary<string, string> { ["app"] = "shop" };

        var ids = new List<long>();
        await foreach (var server in arranged.Client.Servers.ListAsync(LabelSelector.FromLabels(labels)))
        {
            ids.Add(server.Id);
        }

        await foreach (var server in arranged.Client.Servers.ListAsync())
        {
            ids.Add(server.Id);
            break;
        }

        ids.ShouldBe([1, 2, 3]);
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task H4_every_switch_presses_its_own_button()
    {
        static ScriptedExchange Press(string action, string body = "") =>
            Ok("POST", $"/servers/42/actions/{action}", $$"""{"action":{{Json.Action(1, action)}},"root_password":null}""", HttpStatusCode.Created)
                with
            { Inspect = (_, sent) => sent.ShouldBe(body) };
        using var arranged = new Arrange(
            Press("shutdown"), Press("poweron"), Press("poweroff"), Press("reboot"), Press("reset"),
            Press("rebuild", """{"image":"debian-12"}"""),
            Press("change_type", """{"server_type":"cx33","upgrade_disk":false}"""),
            Ok("GET", "/servers/42/actions?page=1&per_page=50", Json.Actions(Json.Action(3, "reset", "success"))));
        var servers = arranged.Client.Servers;

        await servers.ShutdownAsync(42);
        await servers.PowerOnAsync(42);
        await servers.PowerOffAsync(42);
        await servers.RebootAsync(42);
        await servers.ResetAsync(42);
        (await servers.RebuildAsync(42, "debian-12")).Action.Command.ShouldBe("rebuild");
        await servers.ChangeTypeAsync(42, "cx33", upgradeDisk: false);
        await foreach (var action in servers.Actions.ListForAsync(42))
        {
            action.Succeeded.ShouldBeTrue();
        }

        arranged.Http.ShouldBeFinished();
        arranged.Logs.At(LogLevel.Warning).ShouldHaveSingleItem().ShouldContain("power of server 42");
    }
}
