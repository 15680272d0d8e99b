using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class PrimaryIpTests
{
    [Fact]
    public async Task A_server_brings_its_addresses_and_takes_them_along()
    {
        await using var cloud = await TestCloud.StartAsync();
        var server = await cloud.RunningServerAsync("agent-1");

        var net = (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!;
        var all = (await cloud.GetAsync("/v1/primary_ips?sort=id"))["primary_ips"].AsArray();
        all.Select(i => (long)i!["id"]!).ShouldBe([(long)net["ipv4"]!["id"]!, (long)net["ipv6"]!["id"]!]);
        all.Select(i => (string?)i!["ip"]).ShouldBe([(string?)net["ipv4"]!["ip"], (string?)net["ipv6"]!["ip"]]);
        all.ShouldAllBe(i => (bool)i!["auto_delete"]! && (long)i["assignee_id"]! == server && (string?)i["assignee_type"] == "server");
        (await cloud.GetAsync($"/v1/primary_ips?ip={net["ipv4"]!["ip"]}"))["primary_ips"].AsArray().Count.ShouldBe(1);

        await cloud.DeleteAsync($"/v1/servers/{server}");

        (await cloud.GetAsync("/v1/primary_ips"))["primary_ips"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_may_do_without()
    {
        await using var cloud = await TestCloud.StartAsync();

        var server = await cloud.CreateServerAsync("agent-1", ""","public_net":{"enable_ipv4":false,"enable_ipv6":false}""");

        var net = (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!;
        net["ipv4"].ShouldBeNull();
        net["ipv6"].ShouldBeNull();
        (await cloud.GetAsync("/v1/primary_ips"))["primary_ips"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reserved_address_becomes_the_servers_and_outlives_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var ip = await ReserveAsync(cloud, "front");
        ((string?)ip["assignee_type"]).ShouldBe("unassigned");
        ip["assignee_id"].ShouldBeNull();

        var server = await cloud.RunningServerAsync("agent-1", $$$""","public_net":{"ipv4":{{{ip["id"]}}},"enable_ipv6":false}""");

        ((string?)(await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["ipv4"]!["ip"]).ShouldBe((string?)ip["ip"]);
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2", $$$""","public_net":{"ipv4":{{{ip["id"]}}}}"""))).ErrorCode
            .ShouldBe("primary_ip_already_assigned");
        (await cloud.GetAsync("/v1/servers?name=agent-2"))["servers"].AsArray().ShouldBeEmpty();
        var refused = await cloud.DeleteAsync($"/v1/primary_ips/{ip["id"]}");
        (refused.Status, refused.ErrorCode).ShouldBe((422, "must_be_unassigned"));

        await cloud.DeleteAsync($"/v1/servers/{server}");
        (await cloud.GetAsync($"/v1/primary_ips/{ip["id"]}"))["primary_ip"]["assignee_id"].ShouldBeNull();
        (await cloud.DeleteAsync($"/v1/primary_ips/{ip["id"]}")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Assigning_needs_a_server_that_is_off_and_has_none()
    {
        await using var cloud = await TestCloud.StartAsync();
        var ip = await ReserveAsync(cloud, "front");
        var server = await cloud.RunningServerAsync("agent-1", ""","public_net":{"enable_ipv4":false}""");
        var body = $$"""{"assignee_type":"server","assignee_id":{{server}}}""";
        var path = $"/v1/primary_ips/{ip["id"]}/actions";
        (await cloud.PostAsync($"{path}/assign", body)).ErrorCode.ShouldBe("server_not_stopped");
        await cloud.ActAsync(server, "poweroff");

        await DoneAsync(cloud, await cloud.PostAsync($"{path}/assign", body), "assign_primary_ip");

        ((string?)(await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["ipv4"]!["ip"]).ShouldBe((string?)ip["ip"]);
        (await cloud.PostAsync($"{path}/assign", body)).ErrorCode.ShouldBe("primary_ip_already_assigned");
        var second = await ReserveAsync(cloud, "second");
        (await cloud.PostAsync($"/v1/primary_ips/{second["id"]}/actions/assign", body)).ErrorCode.ShouldBe("server_has_ipv4");
        await cloud.ActAsync(server, "poweron");
        (await cloud.PostAsync($"{path}/unassign")).ErrorCode.ShouldBe("server_not_stopped");
        await cloud.ActAsync(server, "poweroff");
        await DoneAsync(cloud, await cloud.PostAsync($"{path}/unassign"), "unassign_primary_ip");
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["ipv4"].ShouldBeNull();
        (await cloud.GetAsync(path))["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["assign_primary_ip", "unassign_primary_ip"]);
    }

    [Fact]
    public async Task An_address_is_renamed_labelled_protected_and_given_a_reverse_name()
    {
        await using var cloud = await TestCloud.StartAsync();
        var ip = await ReserveAsync(cloud, "front");
        var path = $"/v1/primary_ips/{ip["id"]}";

        var changed = await cloud.SendAsync("PUT", path, """{"name":"back","labels":{"a":"1"},"auto_delete":true}""");
        changed["primary_ip"]["name"]!.ToString().ShouldBe("back");
        ((bool)changed["primary_ip"]["auto_delete"]!).ShouldBeTrue();
        (await cloud.PostAsync("/v1/primary_ips", """{"name":"back","type":"ipv4","location":"fsn1"}""")).ErrorCode.ShouldBe("uniqueness_error");

        (await cloud.PostAsync($"{path}/actions/change_dns_ptr", $$"""{"ip":"{{ip["ip"]}}","dns_ptr":"a.example.com"}""")).Status.ShouldBe(201);
        ((string?)(await cloud.GetAsync(path))["primary_ip"]["dns_ptr"]![0]!["dns_ptr"]).ShouldBe("a.example.com");
        (await cloud.PostAsync($"{path}/actions/change_dns_ptr", """{"ip":"192.0.2.1","dns_ptr":"a.example.com"}""")).Field.ShouldBe("ip");

        (await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":true}""")).Status.ShouldBe(201);
        var refused = await cloud.DeleteAsync(path);
        (refused.Status, refused.ErrorMessage).ShouldBe((423, "Primary IP deletion is protected"));
        await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":false}""");
        (await cloud.DeleteAsync(path)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task The_quota_counts_every_address_and_refuses_the_server_that_would_pass_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/limits", """{"primary_ips":3}""");
        await cloud.CreateServerAsync("agent-1");

        var refused = await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2"));

        refused.Status.ShouldBe(403);
        refused.Text.ShouldBe(
            """{"error":{"message":"Primary IP limit exceeded","code":"resource_limit_exceeded","details":{"limits":[{"name":"primary_ip_limit"}]}}}""");
        (await cloud.GetAsync("/v1/servers?name=agent-2"))["servers"].AsArray().ShouldBeEmpty();
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-2", ""","public_net":{"enable_ipv6":false}"""))).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"name":"a","type":"ipv5","location":"fsn1"}""", "type")]
    [InlineData("""{"type":"ipv4","location":"fsn1"}""", "name")]
    [InlineData("""{"name":"a","type":"ipv4","location":"moon1"}""", "location")]
    [InlineData("""{"name":"a","type":"ipv4","location":"fsn1","assignee_type":"load_balancer"}""", "assignee_type")]
    public async Task An_order_that_means_nothing_is_refused(string body, string field)
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostAsync("/v1/primary_ips", body)).Field.ShouldBe(field);
    }

    private static async Task<JsonNode> ReserveAsync(TestCloud cloud, string name)
    {
        var answer = await cloud.PostAsync("/v1/primary_ips", $$"""{"name":"{{name}}","type":"ipv4","location":"fsn1"}""");
        answer.Status.ShouldBe(201, answer.Text);
        return answer["primary_ip"];
    }

    private static async Task DoneAsync(TestCloud cloud, Answer answer, string command)
    {
        answer.Status.ShouldBe(201, answer.Text);
        ((string?)answer["action"]["command"]).ShouldBe(command);
        ((string?)(await cloud.UntilFinishedAsync((long)answer["action"]["id"]!))["status"]).ShouldBe("success");
    }
}
