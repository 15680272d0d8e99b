using Slipway.Testing;

namespace Slipway.Tailscale.Tests;

public sealed class PublicApiTests : TailscaleTest
{
    [Fact]
    public void What_the_package_promises_is_the_approved_list() =>
        Repository.ShouldMatchApproved(PublicApi.Of(typeof(TailscaleClient).Assembly), Repository.File("tests", "Slipway.Tailscale.Tests", "PublicApi.txt"));

    [Fact]
    public async Task The_example_in_the_readme_is_code_that_compiles_and_runs()
    {
        Repository.ReadmeExample("Slipway.Tailscale").ShouldBe(Repository.ExampleIn("tests", "Slipway.Tailscale.Tests", "ReadmeExample.cs"));

        const string device = """{"id":"1","nodeId":"n1","hostname":"vm-3f9a2c-a1","tags":["tag:agent"],"authorized":true,"created":"2026-11-21T09:00:30Z","addresses":["100.64.0.7"]}""";
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("POST", "/api/v2/tailnet/-/keys", System.Net.HttpStatusCode.OK, """{"id":"k1","key":"tskey-auth-k1-s","created":"2026-11-21T09:00:00Z"}"""),
            Get("/api/v2/tailnet/-/devices?hostname=vm-3f9a2c-a1&tags=tag%3Aagent", $$"""{"devices":[{{device}}]}"""),
            new ScriptedExchange("DELETE", "/api/v2/device/n1", System.Net.HttpStatusCode.OK));
        using var client = Client(transport);

        (await ReadmeExample.RunAsync(client, CancellationToken.None)).ShouldBe("100.64.0.7");
        transport.ShouldBeFinished();
    }
}
