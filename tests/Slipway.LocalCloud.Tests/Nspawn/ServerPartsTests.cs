using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Tests.Nspawn;

/// <summary>What the API says of a real machine's parts is what the machine has.</summary>
[Collection(NspawnCollection.Name)]
public sealed class ServerPartsTests
{
    [Fact]
    public async Task A_server_ordered_with_an_address_a_volume_a_network_and_a_firewall_has_them_when_it_boots()
    {
        await using var computer = await Computer.StartAsync();
        var options = new LocalCloudOptions { Urls = "http://127.0.0.1:0", Machines = "nspawn", StateDirectory = computer.Options.StateDirectory };
        await using var cloud = await LocalCloudHost.StartAsync(options);
        using var http = new HttpClient { BaseAddress = new Uri(cloud.BaseUrl, "v1/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", options.HetznerToken);
        var key = (long)(await PostAsync(http, "ssh_keys", $$"""{"name":"ops","public_key":"{{computer.PublicKey}}"}"""))["ssh_key"]!["id"]!;
        var ip = (await PostAsync(http, "primary_ips", """{"name":"front","type":"ipv4","location":"fsn1"}"""))["primary_ip"]!;
        var volume = (long)(await PostAsync(http, "volumes", """{"name":"data","size":10,"location":"fsn1"}"""))["volume"]!["id"]!;
        var network = (long)(await PostAsync(
            http, "networks", """{"name":"private","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central"}]}"""))["network"]!["id"]!;
        var firewall = (long)(await PostAsync(http, "firewalls", """{"name":"closed"}"""))["firewall"]!["id"]!;
        var address = (string)ip["ip"]!;

        var server = await PostAsync(http, "servers", $$$"""
            {"name":"agent-1","server_type":"cx23","image":"debian-12","location":"fsn1","ssh_keys":[{{{key}}}],
             "public_net":{"ipv4":{{{ip["id"]}}}},"volumes":[{{{volume}}}],"networks":[{{{network}}}],"firewalls":[{"firewall":{{{firewall}}}}]}
            """);
        await UntilDoneAsync(http, (long)server["next_actions"]![0]!["id"]!);

        (await http.GetStringAsync($"servers/{server["server"]!["id"]}")).ShouldContain($$"""{"id":{{firewall}},"status":"applied"}""");
        (await computer.TrySshOnceAsync(address)).ShouldNotBe(0);
        var opened = await PostAsync(
            http, $"firewalls/{firewall}/actions/set_rules", """{"rules":[{"direction":"in","protocol":"tcp","port":"22","source_ips":["0.0.0.0/0"]}]}""");
        await UntilDoneAsync(http, (long)opened["actions"]![1]!["id"]!);
        var said = await computer.SshAsync(address, $"mountpoint -q /mnt/HC_Volume_{volume} && ip -br addr show ens10 && curl -sS http://169.254.169.254/hetzner/v1/metadata");
        said.ShouldContain("10.0.0.2/32");
        said.ShouldContain("availability-zone: \"fsn1-dc1\"\n");
        said.ShouldContain("region: \"eu-central\"\n");
        said.ShouldContain($"public-ipv4: \"{address}\"\n");
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(201, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task UntilDoneAsync(HttpClient http, long action)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await http.GetFromJsonAsync<JsonObject>($"actions/{action}", patience.Token))!["action"]!["status"]!.GetValue<string>() is var status and not "success")
        {
            status.ShouldBe("running");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }
}
