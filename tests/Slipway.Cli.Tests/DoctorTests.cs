using System.Globalization;
using System.Text.Json;
using Slipway.Cli.Tests.Fakes;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Cli.Tests;

public sealed class DoctorTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_failed_check_shows_its_fix_and_exits_1()
    {
        Reports(new DoctorCheck("hetzner", true, "3600 requests left", null), new DoctorCheck("tailscale", false, "401", "Renew the OAuth client."));

        var result = await RunAsync("doctor", behind: TimeSpan.Zero);

        result.ExitCode.ShouldBe(ExitCodes.Error);
        Golden.ShouldMatch(result.Output.Replace(_server.Address.ToString(), "http://SERVER/", StringComparison.Ordinal), "doctor.stdout.txt");
        result.Error.ShouldBe("1 check failed.\n");
    }

    [Fact]
    public async Task When_all_is_well_it_exits_0_and_json_holds_every_check()
    {
        Reports(new DoctorCheck("hetzner", true, "3600 requests left", null));

        var result = await RunAsync("doctor -o json", behind: TimeSpan.FromSeconds(29));

        result.ExitCode.ShouldBe(ExitCodes.Ok);
        var report = JsonSerializer.Deserialize(result.Output, SlipwayJson.Default.DoctorReport)!;
        report.Checks.Select(check => check.Name).ShouldBe(["server", "token", "clock", "hetzner"]);
    }

    [Theory]
    [InlineData(31, "31.0 s ahead of the server's")]
    [InlineData(-120, "2 m 00 s behind the server's")]
    public async Task A_clock_that_is_wrong_fails_the_examination(int seconds, string words)
    {
        Reports();

        var result = await RunAsync("doctor", behind: TimeSpan.FromSeconds(seconds));

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Output.ShouldContain(words);
    }

    [Fact]
    public async Task A_missing_token_is_a_finding_not_a_refusal_to_look()
    {
        var cli = new CliRun(_server.Address);
        cli.Variables.Remove("SLIPWAY_TOKEN");

        var result = await cli.RunAsync("doctor");

        result.ExitCode.ShouldBe(ExitCodes.Error);
        result.Output.ShouldContain("✓ server");
        result.Output.ShouldContain("✗ token");
        result.Output.ShouldContain("→ Set SLIPWAY_TOKEN");
    }

    private void Reports(params DoctorCheck[] checks) => _server.Responds("GET /v1/doctor", async context =>
    {
        context.Response.Headers.Date = Samples.Noon.ToString("r", CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, new DoctorReport(checks), SlipwayJson.Default.DoctorReport);
    });

    private Task<CliResult> RunAsync(string line, TimeSpan behind) =>
        new CliRun(_server.Address) { Time = new ManualTimeProvider(Samples.Noon + behind) }.RunAsync(line);
}
