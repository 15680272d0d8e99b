using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class FirewallTests
{
    private const string Ssh = """{"direction":"in","protocol":"tcp","port":"22","source_ips":["0.0.0.0/0","::/0"],"description":"ssh"}""";

    [Fact]
    public async Task H5_a_firewall_is_made_named_in_a_create_and_undeletable_while_in_use()
    {
        await using var cloud = await TestCloud.StartAsync();
        var created = await cloud.PostAsync("/v1/firewalls", $$$"""{"name":"agents","rules":[{{{Ssh}}}],"labels":{"a":"1"}}""");
        created.Status.ShouldBe(201);
        created["firewall"]["rules"]![0]!["destination_ips"]!.AsArray().ShouldBeEmpty();
        created["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["set_firewall_rules"]);
        var id = (long)created["firewall"]["id"]!;

        var server = await cloud.RunningServerAsync("agent-1", $$""","firewalls":[{"firewall":{{id}}}]""");

        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["firewalls"]!.ToJsonString()
            .ShouldBe($$"""[{"id":{{id}},"status":"applied"}]""");
        (await cloud.GetAsync($"/v1/firewalls/{id}"))["firewall"]["applied_to"]!.ToJsonString()
            .ShouldBe($$$"""[{"type":"server","server":{"id":{{{server}}}}}]""");
        var refused = await cloud.DeleteAsync($"/v1/firewalls/{id}");
        refused.Status.ShouldBe(422);
        refused.ErrorCode.ShouldBe("resource_in_use");
        refused.ErrorMessage.ShouldBe($"firewall with ID {id} is still in use");

        await cloud.DeleteAsync($"/v1/servers/{server}");
        (await cloud.DeleteAsync($"/v1/firewalls/{id}")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_server_that_a_label_selector_catches_stays_locked_until_the_firewall_is_applied()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.CreateTime = TimeSpan.Zero);
        var id = (long)(await cloud.PostAsync(
            "/v1/firewalls",
            $$$"""{"name":"agents","rules":[{{{Ssh}}}],"apply_to":[{"type":"label_selector","label_selector":{"selector":"env=prod"}}]}"""))
            ["firewall"]["id"]!;

        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1", ""","labels":{"env":"prod"}"""));

        created["next_actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["start_server", "apply_firewall"]);
        ((string?)created["server"]["public_net"]!["firewalls"]![0]!["status"]).ShouldBe("pending");
        ((bool)created["server"]["locked"]!).ShouldBeTrue();
        await cloud.UntilFinishedAsync((long)created["next_actions"][1]!["id"]!);
        var server = (await cloud.GetAsync($"/v1/servers/{created["server"]["id"]}"))["server"];
        ((string?)server["public_net"]!["firewalls"]![0]!["status"]).ShouldBe("applied");
        (await cloud.GetAsync($"/v1/firewalls/{id}"))["firewall"]["applied_to"]![0]!["applied_to_resources"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task New_rules_replace_the_old_and_are_applied_to_every_server()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = (long)(await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}"""))["firewall"]["id"]!;
        var server = await cloud.RunningServerAsync("agent-1", $$""","firewalls":[{"firewall":{{id}}}]""");

        var answer = await cloud.PostAsync($"/v1/firewalls/{id}/actions/set_rules", $$"""{"rules":[{{Ssh}}]}""");

        answer.Status.ShouldBe(201);
        answer["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["set_firewall_rules", "apply_firewall"]);
        await cloud.UntilFinishedAsync((long)answer["actions"][1]!["id"]!);
        (await cloud.GetAsync($"/v1/firewalls/{id}"))["firewall"]["rules"]!.AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["locked"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task A_firewall_is_applied_to_and_removed_from_a_server_once()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = (long)(await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}"""))["firewall"]["id"]!;
        var server = await cloud.RunningServerAsync("agent-1");
        var target = $$$"""[{"type":"server","server":{"id":{{{server}}}}}]""";

        var applied = await cloud.PostAsync($"/v1/firewalls/{id}/actions/apply_to_resources", $$"""{"apply_to":{{target}}}""");
        await cloud.UntilFinishedAsync((long)applied["actions"][0]!["id"]!);
        (await cloud.PostAsync($"/v1/firewalls/{id}/actions/apply_to_resources", $$"""{"apply_to":{{target}}}""")).ErrorCode
            .ShouldBe("firewall_already_applied");
        (await cloud.PostAsync($"/v1/firewalls/{id}/actions/remove_from_resources", $$"""{"remove_from":{{target}}}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"/v1/firewalls/{id}/actions/remove_from_resources", $$"""{"remove_from":{{target}}}""")).ErrorCode
            .ShouldBe("firewall_resource_not_found");
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["firewalls"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"direction":"up","protocol":"tcp","port":"22","source_ips":["0.0.0.0/0"]}""", "rules.0.direction")]
    [InlineData("""{"direction":"in","protocol":"ipx","source_ips":["0.0.0.0/0"]}""", "rules.0.protocol")]
    [InlineData("""{"direction":"in","protocol":"tcp","source_ips":["0.0.0.0/0"]}""", "rules.0.port")]
    [InlineData("""{"direction":"in","protocol":"tcp","port":"70000","source_ips":["0.0.0.0/0"]}""", "rules.0.port")]
    [InlineData("""{"direction":"in","protocol":"icmp","port":"1","source_ips":["0.0.0.0/0"]}""", "rules.0.port")]
    [InlineData("""{"direction":"in","protocol":"icmp","source_ips":["everywhere"]}""", "rules.0.source_ips")]
    [InlineData("""{"direction":"out","protocol":"icmp","source_ips":["0.0.0.0/0"]}""", "rules.0.destination_ips")]
    public async Task A_rule_that_means_nothing_is_refused(string rule, string field)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/firewalls", $$"""{"name":"agents","rules":[{{rule}}]}""");

        answer.Status.ShouldBe(422);
        answer.Field.ShouldBe(field);
        (await cloud.GetAsync("/v1/firewalls"))["firewalls"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_is_used_once()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}""");

        var again = await cloud.PostAsync("/v1/firewalls", """{"name":"agents"}""");

        again.Status.ShouldBe(409);
        again.ErrorMessage.ShouldBe("name is already used");
    }

    [Fact]
    public async Task A_label_selector_follows_a_servers_labels_and_its_servers_are_not_removed_by_hand()
    {
        await using var cloud = await TestCloud.StartAsync();
        var id = (long)(await cloud.PostAsync(
            "/v1/firewalls", """{"name":"agents","apply_to":[{"type":"label_selector","label_selector":{"selector":"env=prod"}}]}"""))["firewall"]["id"]!;
        var server = await cloud.RunningServerAsync("agent-1");
        async Task<string> Firewalls() => (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["firewalls"]!.ToJsonString();

        await cloud.SendAsync("PUT", $"/v1/servers/{server}", """{"labels":{"env":"prod"}}""");
        (await Firewalls()).ShouldBe($$"""[{"id":{{id}},"status":"pending"}]""");
        await cloud.UntilAsync(async () => await Firewalls() == $$"""[{"id":{{id}},"status":"applied"}]""");
        var refused = await cloud.PostAsync(
            $"/v1/firewalls/{id}/actions/remove_from_resources", $$$"""{"remove_from":[{"type":"server","server":{"id":{{{server}}}}}]}""");
        (refused.Status, refused.ErrorCode).ShouldBe((422, "firewall_managed_by_label_selector"));

        await cloud.SendAsync("PUT", $"/v1/servers/{server}", """{"labels":{}}""");
        (await Firewalls()).ShouldBe("[]");
    }
}
