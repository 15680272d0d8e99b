using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class NetworkTests
{
    private const string Cloud = """{"type":"cloud","network_zone":"eu-central"}""";

    [Fact]
    public async Task A_server_gets_the_first_free_address_of_a_subnet_in_its_zone()
    {
        await using var cloud = await TestCloud.StartAsync();
        var network = await CreateAsync(cloud, "private", "10.0.0.0/16", """{"type":"cloud","network_zone":"us-east"},""" + Cloud);

        var server = await cloud.RunningServerAsync("agent-1", $$""","networks":[{{network}}]""");
        var second = await cloud.RunningServerAsync("agent-2");
        await DoneAsync(cloud, await cloud.PostAsync($"/v1/servers/{second}/actions/attach_to_network", $$"""{"network":{{network}},"alias_ips":["10.0.1.9"]}"""));

        var net = (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["private_net"]![0]!;
        ((string?)net["ip"]).ShouldBe("10.0.1.1");
        ((string?)net["mac_address"])!.ShouldStartWith("86:00:");
        var other = (await cloud.GetAsync($"/v1/servers/{second}"))["server"]["private_net"]![0]!;
        ((string?)other["ip"]).ShouldBe("10.0.1.2");
        other["alias_ips"]!.ToJsonString().ShouldBe("""["10.0.1.9"]""");
        var view = (await cloud.GetAsync($"/v1/networks/{network}"))["network"];
        view["servers"]!.AsArray().Select(s => (long)s!).ShouldBe([server, second]);
        ((string?)view["subnets"]![1]!["ip_range"]).ShouldBe("10.0.1.0/24");
        ((string?)view["subnets"]![1]!["gateway"]).ShouldBe("10.0.0.1");
    }

    [Fact]
    public async Task An_attachment_is_refused_in_the_words_of_the_api()
    {
        await using var cloud = await TestCloud.StartAsync();
        var network = await CreateAsync(cloud, "private", "10.0.0.0/16", """{"type":"cloud","network_zone":"eu-central","ip_range":"10.0.0.0/30"}""");
        var overlapping = await CreateAsync(cloud, "overlapping", "10.0.0.0/24", Cloud);
        var empty = await CreateAsync(cloud, "empty", "10.9.0.0/16", "");
        var server = await cloud.RunningServerAsync("agent-1");
        var second = await cloud.RunningServerAsync("agent-2");
        Task<Answer> Attach(long to, string body) => cloud.PostAsync($"/v1/servers/{to}/actions/attach_to_network", body);

        (await Attach(server, $$"""{"network":{{network}},"ip":"10.0.0.1"}""")).ErrorCode.ShouldBe("ip_not_available");
        (await Attach(server, $$"""{"network":{{empty}}}""")).ErrorCode.ShouldBe("no_subnet_available");
        (await Attach(server, """{"network":17}""")).Status.ShouldBe(404);
        await DoneAsync(cloud, await Attach(server, $$"""{"network":{{network}},"ip":"10.0.0.2"}"""));
        (await Attach(server, $$"""{"network":{{network}}}""")).ErrorCode.ShouldBe("server_already_attached");
        (await Attach(server, $$"""{"network":{{overlapping}}}""")).ErrorCode.ShouldBe("networks_overlap");
        (await Attach(second, $$"""{"network":{{network}}}""")).ErrorCode.ShouldBe("no_subnet_available");
        (await Attach(second, $$"""{"network":{{network}},"ip":"10.0.0.2"}""")).ErrorCode.ShouldBe("ip_not_available");
        (await cloud.PostAsync($"/v1/networks/{network}/actions/delete_subnet", """{"ip_range":"10.0.0.0/30"}""")).ErrorCode.ShouldBe("resource_in_use");

        await DoneAsync(cloud, await cloud.PostAsync($"/v1/servers/{server}/actions/detach_from_network", $$"""{"network":{{network}}}"""));
        (await cloud.PostAsync($"/v1/networks/{network}/actions/delete_subnet", """{"ip_range":"10.0.0.0/30"}""")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_network_is_extended_routed_protected_and_deleted_with_everybody_taken_out()
    {
        await using var cloud = await TestCloud.StartAsync();
        var network = await CreateAsync(cloud, "private", "10.0.0.0/16", Cloud);
        var path = $"/v1/networks/{network}";
        var server = await cloud.RunningServerAsync("agent-1", $$""","networks":[{{network}}]""");

        (await cloud.PostAsync($"{path}/actions/change_ip_range", """{"ip_range":"10.0.0.0/15"}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/change_ip_range", """{"ip_range":"10.0.0.0/24"}""")).Field.ShouldBe("ip_range");
        (await cloud.PostAsync($"{path}/actions/add_route", """{"destination":"192.168.0.0/24","gateway":"10.0.0.9"}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/add_route", """{"destination":"10.0.5.0/24","gateway":"10.0.0.9"}""")).Field.ShouldBe("destination");
        (await cloud.PostAsync($"{path}/actions/add_route", """{"destination":"192.168.1.0/24","gateway":"10.0.0.1"}""")).Field.ShouldBe("gateway");
        (await cloud.PostAsync($"{path}/actions/delete_route", """{"destination":"192.168.0.0/24","gateway":"10.0.0.9"}""")).Status.ShouldBe(201);
        (await cloud.SendAsync("PUT", path, """{"expose_routes_to_vswitch":true,"name":"wider"}"""))["network"]["ip_range"]!.ToString().ShouldBe("10.0.0.0/15");
        (await cloud.GetAsync("/v1/networks?name=wider"))["networks"].AsArray().Count.ShouldBe(1);
        await DoneAsync(cloud, await cloud.PostAsync(
            $"/v1/servers/{server}/actions/change_alias_ips", $$"""{"network":{{network}},"alias_ips":["10.0.0.7"]}"""));

        await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":true}""");
        (await cloud.DeleteAsync(path)).ErrorMessage.ShouldBe("network is delete protected");
        await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":false}""");
        (await cloud.DeleteAsync(path)).Status.ShouldBe(204);
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["private_net"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"name":"a","ip_range":"8.8.8.0/24"}""", "ip_range")]
    [InlineData("""{"name":"a","ip_range":"10.0.0.0/25"}""", "ip_range")]
    [InlineData("""{"name":"a","ip_range":"10.0.0.1/16"}""", "ip_range")]
    [InlineData("""{"name":"a","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"mars"}]}""", "network_zone")]
    [InlineData("""{"name":"a","ip_range":"10.0.0.0/16","subnets":[{"type":"lan","network_zone":"eu-central"}]}""", "type")]
    [InlineData("""{"name":"a","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central","ip_range":"10.1.0.0/24"}]}""", "ip_range")]
    [InlineData("""{"ip_range":"10.0.0.0/16"}""", "name")]
    public async Task A_network_that_cannot_be_is_refused(string body, string field)
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostAsync("/v1/networks", body)).Field.ShouldBe(field);
        (await cloud.GetAsync("/v1/networks"))["networks"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_is_used_once()
    {
        await using var cloud = await TestCloud.StartAsync();
        await CreateAsync(cloud, "private", "10.0.0.0/16", "");

        var again = await cloud.PostAsync("/v1/networks", """{"name":"private","ip_range":"10.1.0.0/16"}""");

        (again.Status, again.ErrorMessage).ShouldBe((409, "name is already used"));
    }

    private static async Task<long> CreateAsync(TestCloud cloud, string name, string range, string subnets)
    {
        var made = await cloud.PostAsync("/v1/networks", $$"""{"name":"{{name}}","ip_range":"{{range}}","subnets":[{{subnets}}]}""");
        made.Status.ShouldBe(201, made.Text);
        return (long)made["network"]["id"]!;
    }

    private static async Task DoneAsync(TestCloud cloud, Answer answer)
    {
        answer.Status.ShouldBe(201, answer.Text);
        ((string?)(await cloud.UntilFinishedAsync((long)answer["action"]["id"]!))["status"]).ShouldBe("success");
    }
}
