using System.Net.Sockets;
using System.Text;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.BadInput;

public sealed class BadInputTests
{
    private static readonly string[] BadIds = ["0", "-1", "99999999999999999999", "1e3", "../1", "%2e%2e%2f1", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "{id}", "a b", "1;2", "%u0041"];

    /// <summary>Four seeds by default; <c>SLIPWAY_FUZZ_SEEDS=100 dotnet test</c> tries as many as wanted.</summary>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SEEDS"), out var seeds) ? seeds : 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_is_sent_is_answered_or_refused_but_never_breaks_the_cloud(int seed)
    {
        await using var cloud = await TestCloud.StartAsync(o => o.RateLimit = int.MaxValue);
        await cloud.LogInToTailscaleAsync();
        var made = await MakeOneOfEachAsync(cloud);
        var input = new HostileInput(seed);
        var broken = new List<string>();

        for (var i = 0; i < 2_500; i++)
        {
            var good = input.OneOf(GoodRequest.All);
            var path = Fill(good.Path, input.Chance(10) ? made.ToDictionary(m => m.Key, _ => input.OneOf(BadIds)) : made);
            path += path.Contains('?', StringComparison.Ordinal) ? "" : input.Query();
            var body = Fill(good.Body, made) is { Length: > 0 } text ? good.IsForm ? input.Form(text) : input.Body(text) : null;
            var type = input.Chance(5) ? input.OneOf(["text/plain", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-7", "application/json"]) : good.IsForm ? "application/x-www-form-urlencoded" : "application/json";
            using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content?.Headers.TryAddWithoutValidation("Content-Type", type);

            try
            {
                var answer = await cloud.SendAsync(good.Method, path, content);
                if (answer.Status is >= 500 and not 501)
                {
                    broken.Add($"request {i}: {good.Method} {path} with {type} {body} got {answer.Status} {answer.Text}");
                }
            }
            catch (ShouldAssertException deviation)
            {
                broken.Add($"request {i}: {good.Method} {path} with {type} {body}: {deviation.Message}");
            }

            if (i % 50 == 0)
            {
                cloud.Clock.Advance(TimeSpan.FromSeconds(5));
            }
        }

        broken.ShouldBeEmpty();
        cloud.Clock.Advance(TimeSpan.FromMinutes(1));
        (await cloud.PostAsync("/_local/limits", "{}")).Status.ShouldBe(204);
        (await cloud.PostAsync("/_local/capacity", """{"state":"available"}""")).Status.ShouldBe(204);
        await cloud.RunningServerAsync($"after-{seed}");
    }

    [Theory]
    [InlineData("/v1/servers")]
    [InlineData("/v1/certificates")]
    [InlineData("/api/v2/tailnet/-/keys")]
    [InlineData("/_local/faults")]
    public async Task A_body_of_ten_megabytes_is_refused_before_it_is_read(string path)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.LogInToTailscaleAsync();
        cloud.Deviates = true;

        var answer = await cloud.SendAsync("POST", path, new StringContent($$"""{"name":"{{new string('a', 10_000_000)}}"}""", Encoding.UTF8, "application/json"));

        answer.Status.ShouldBe(413);
        answer.Text.ShouldContain("1048576");
    }

    [Fact]
    public async Task A_form_of_ten_megabytes_is_refused_too()
    {
        await using var cloud = await TestCloud.StartAsync();

        (await cloud.PostFormAsync("/stripe/v1/customers", ("name", new string('a', 10_000_000)))).Status.ShouldBe(413);
    }

    [Fact]
    public async Task A_body_without_an_end_is_cut_off()
    {
        await using var cloud = await TestCloud.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(cloud.BaseUrl.Host, cloud.BaseUrl.Port);
        await using var wire = client.GetStream();
        await wire.WriteAsync("POST /v1/servers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer local-hetzner-token\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string('[', 0x10000)}\r\n");

        var sent = 0L;
        try
        {
            for (; sent < 64 << 20; sent += chunk.Length)
            {
                await wire.WriteAsync(chunk);
            }
        }
        catch (IOException)
        {
            // The cloud hung up.
        }

        sent.ShouldBeLessThan(64 << 20);
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Ids_that_climb_out_of_their_place_reach_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        foreach (var id in BadIds)
        {
            (await cloud.GetAsync($"/v1/servers/{id}")).Status.ShouldBeOneOf(400, 404);
            (await cloud.GetAsync($"/_local/machines/{id}/console")).Status.ShouldBeOneOf(400, 404);
            (await cloud.DeleteAsync($"/v1/ssh_keys/{id}")).Status.ShouldBeOneOf(400, 404);
        }
    }

    private static string Fill(string text, Dictionary<string, string> made) =>
        made.Aggregate(text, (filled, thing) => filled.Replace($"{{{thing.Key}}}", thing.Value, StringComparison.Ordinal));

    private static async Task<Dictionary<string, string>> MakeOneOfEachAsync(TestCloud cloud)
    {
        var server = await cloud.RunningServerAsync("agent-1");
        var key = (string)(await cloud.CreateAuthKeyAsync())["key"]!;
        return new Dictionary<string, string>
        {
            ["server"] = $"{server}",
            ["action"] = (await cloud.GetAsync($"/v1/servers/{server}/actions"))["actions"][0]!["id"]!.ToString(),
            ["key"] = await MakeAsync("ssh_key", """{"name":"key-1","public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNsaXB3YXlzbGlwd2F5c2xpcHdheXNsaXB3YXlzbGlx a"}"""),
            ["firewall"] = await MakeAsync("firewall", """{"name":"wall-1"}"""),
            ["group"] = await MakeAsync("placement_group", """{"name":"group-1","type":"spread"}"""),
            ["ip"] = await MakeAsync("primary_ip", """{"name":"ip-1","type":"ipv4","location":"fsn1","assignee_type":"server"}"""),
            ["volume"] = await MakeAsync("volume", """{"name":"volume-1","size":10,"location":"fsn1"}"""),
            ["network"] = await MakeAsync("network", """{"name":"net-1","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central"}]}"""),
            ["balancer"] = await MakeAsync("load_balancer", """{"name":"lb-1","load_balancer_type":"lb11","location":"fsn1"}"""),
            ["device"] = (string)(await cloud.RegisterAsync(key, "agent-1", server))["node_id"]!,
        };

        async Task<string> MakeAsync(string kind, string order)
        {
            var answer = await cloud.PostAsync($"/v1/{kind}s", order);
            answer.Status.ShouldBe(201, answer.Text);
            return answer[kind]["id"]!.ToString();
        }
    }
}
