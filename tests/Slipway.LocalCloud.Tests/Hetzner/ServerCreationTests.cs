using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ServerCreationTests
{
    [Fact]
    public async Task H1_the_answer_has_the_server_its_action_and_the_start_that_follows()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1", ""","labels":{"slipway/agent":"a1"}"""));

        answer.Status.ShouldBe(201);
        answer.Json.AsObject().Select(p => p.Key).ShouldBe(["server", "action", "next_actions", "root_password"]);
        var server = answer["server"];
        ((string?)server["status"]).ShouldBe("initializing");
        ((bool)server["locked"]!).ShouldBeTrue();
        ((string?)server["labels"]!["slipway/agent"]).ShouldBe("a1");
        ((string?)server["public_net"]!["ipv4"]!["ip"]).ShouldNotBeNullOrEmpty();
        ((string?)server["location"]!["name"]).ShouldBe("fsn1");
        server.AsObject().ContainsKey("datacenter").ShouldBeFalse("removed on 2026-07-01");
        ((string?)answer["action"]["command"]).ShouldBe("create_server");
        ((string?)answer["action"]["status"]).ShouldBe("running");
        answer["action"].AsObject()["error"].ShouldBeNull();
        answer["next_actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["start_server"]);
        ((string?)answer["root_password"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Times_are_written_with_an_offset_and_whole_seconds()
    {
        await using var cloud = await TestCloud.StartAsync();
        cloud.Clock.Advance(TimeSpan.FromMilliseconds(123));

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Text.ShouldContain("\"created\":\"2026-11-21T09:00:00+00:00\"");
        answer.Text.ShouldContain("\"started\":\"2026-11-21T09:00:00+00:00\",\"finished\":null");
    }

    [Fact]
    public async Task With_an_ssh_key_there_is_no_root_password_and_keys_are_named_by_id_or_name()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = (await cloud.PostAsync("/v1/ssh_keys", $$"""{"name":"ops","public_key":"{{SshKeyTests.Ed25519}}"}"""))["ssh_key"]["id"];

        var byName = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1", ""","ssh_keys":["ops"]"""));
        var byId = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2", $$""","ssh_keys":[{{key}}]"""));
        var unknown = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-3", ""","ssh_keys":["nobody"]"""));

        byName.Json["root_password"].ShouldBeNull();
        byId.Json["root_password"].ShouldBeNull();
        unknown.Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_server_not_to_be_started_ends_off()
    {
        await using var cloud = await TestCloud.StartAsync();
        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1", ""","start_after_create":false"""));

        answer["next_actions"].AsArray().ShouldBeEmpty();
        await cloud.UntilFinishedAsync((long)answer["action"]["id"]!);
        var server = (await cloud.GetAsync($"/v1/servers/{answer["server"]["id"]}"))["server"];
        ((string?)server["status"]).ShouldBe("off");
        ((bool)server["locked"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_exists_once_and_is_free_again_at_once_after_the_delete()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = await cloud.RunningServerAsync("agent-1");

        var again = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));
        again.Status.ShouldBe(409);
        again.Text.ShouldBe("""{"error":{"message":"server name is already used","code":"uniqueness_error","details":{}}}""");

        (await cloud.DeleteAsync($"/v1/servers/{id}")).Status.ShouldBe(200);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"))).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("with_underscore")]
    [InlineData("-dash")]
    [InlineData("dash-")]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("späße")]
    [InlineData("a\\n")]
    public async Task A_name_is_a_hostname(string name)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order(name));

        answer.Status.ShouldBe(422);
        answer.ErrorMessage.ShouldBe("invalid input in field 'name'");
        answer.Json["error"]!["details"]!.ToJsonString().ShouldBe(
            """{"fields":[{"name":"name","messages":["Name must be a valid hostname."]}]}""");
    }

    [Fact]
    public async Task H2_user_data_is_limited_to_32768_bytes()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostAsync("/v1/servers", TestCloud.Order("a", $",\"user_data\":\"{new string('x', 32_768)}\""))).Status.ShouldBe(201);
        var over = await cloud.PostAsync("/v1/servers", TestCloud.Order("b", $",\"user_data\":\"{new string('x', 32_769)}\""));
        over.Status.ShouldBe(422);
        over.Field.ShouldBe("user_data");
        over.Text.ShouldContain("Length must be between 0 and 32768.");
    }

    [Fact]
    public async Task H2_the_removed_datacenter_is_refused()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostAsync("/v1/servers", TestCloud.Order("a", ""","datacenter":"fsn1-dc14" """))).Field.ShouldBe("datacenter");
        var list = await cloud.GetAsync("/v1/datacenters");
        list.Status.ShouldBe(410);
        list.ErrorCode.ShouldBe("deprecated_api_endpoint");
        list.Text.ShouldContain("announcement");
    }

    [Fact]
    public async Task A_type_that_a_location_does_not_have_is_the_senders_mistake()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", """{"name":"a","server_type":"cx23","image":"debian-12","location":"ash"}""");

        answer.Status.ShouldBe(422);
        answer.ErrorMessage.ShouldBe("unsupported location for server type");
    }

    [Theory]
    [InlineData("sold_out", "error during placement", "null")]
    [InlineData("disabled", "server location disabled", "{}")]
    public async Task No_capacity_is_a_412_and_leaves_nothing_behind(string state, string message, string details)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/capacity", $$"""{"server_type":"cx23","location":"fsn1","state":"{{state}}"}""");

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        answer.Status.ShouldBe(412);
        answer.Text.ShouldBe($$$"""{"error":{"message":"{{{message}}}","code":"resource_unavailable","details":{{{details}}}}}""");
        ((int)(await cloud.GetAsync("/_local/inventory"))["servers"]["count"]!).ShouldBe(0);

        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1").Replace("fsn1", "nbg1", StringComparison.Ordinal))).Status.ShouldBe(201);
        await cloud.PostAsync("/_local/capacity", """{"server_type":"cx23","location":"fsn1","state":"available"}""");
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Without_a_location_the_server_goes_where_there_is_room()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/capacity", """{"location":"fsn1","state":"sold_out"}""");

        var answer = await cloud.PostAsync("/v1/servers", """{"name":"a","server_type":"cx23","image":"debian-12"}""");

        ((string?)answer["server"]["location"]!["name"]).ShouldBe("nbg1");
    }

    [Theory]
    [InlineData("""{"name":"a","image":"debian-12"}""", "server_type")]
    [InlineData("""{"name":"a","server_type":"cx23"}""", "image")]
    [InlineData("""{"server_type":"cx23","image":"debian-12"}""", "name")]
    [InlineData("""{"name":"a","server_type":"cx11","image":"debian-12"}""", "server_type")]
    [InlineData("""{"name":"a","server_type":"cx23","image":"debian-12","location":"mars"}""", "location")]
    [InlineData("""{"name":"a","server_type":"cx23","image":"debian-12","labels":{"hetzner.cloud/x":"1"}}""", "labels")]
    [InlineData("""{"name":"a","server_type":"cx23","image":"debian-12","labels":{"x":"no spaces"}}""", "labels")]
    public async Task A_wrong_field_is_named(string body, string field)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", body);

        answer.Status.ShouldBe(422);
        answer.Field.ShouldBe(field);
    }

    [Fact]
    public async Task An_arm_type_gets_the_arm_image_of_the_same_name()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/servers", TestCloud.Order("a").Replace("cx23", "cax11", StringComparison.Ordinal));

        ((string?)answer["server"]["image"]!["architecture"]).ShouldBe("arm");
    }
}
