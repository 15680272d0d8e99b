using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Judges.Tests.Support;
using Slipway.Testing;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>What a transcript cannot hold: numbers that depend on the moment.</summary>
public sealed class HcloudMetricsTests
{
    [Fact]
    public async Task Metrics_of_ten_minutes_are_read()
    {
        await using var cloud = await LocalCloudProcess.StartAsync();
        using var directory = new TemporaryDirectory();
        await HcloudAsync("server", "create", "--name", "web-1", "--type", "cx23", "--image", "debian-12");
        var created = DateTimeOffset.Parse(
            await HcloudAsync("server", "describe", "web-1", "-o", "format={{.Created.Format \"2006-01-02T15:04:05Z07:00\"}}"), CultureInfo.InvariantCulture);
        await cloud.TellAsync("clock", new { advance = "00:10:00" });

        // One type: of several, hcloud 1.30 sends the last.
        var told = JsonNode.Parse(await HcloudAsync(
            "server", "metrics", "web-1", "--type", "network", "-o", "json",
            "--start", created.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            "--end", created.AddMinutes(9).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)))!;

        var series = told["metrics"]!["time_series"]!.AsObject();
        series.Select(s => s.Key).ShouldBe(["network.0.pps.in", "network.0.pps.out", "network.0.bandwidth.in", "network.0.bandwidth.out"], ignoreOrder: true);
        foreach (var (name, values) in series)
        {
            values!["values"]!.AsArray().Count.ShouldBeGreaterThan(100, name);
        }

        async Task<string> HcloudAsync(params string[] words)
        {
            var result = await ForeignProgram.RunAsync("hcloud", words, directory.Path, new Dictionary<string, string>
            {
                ["HCLOUD_TOKEN"] = LocalCloudProcess.Token,
                ["HCLOUD_ENDPOINT"] = cloud.Endpoint,
            });
            result.ExitCode.ShouldBe(0, result.Output + result.Errors);
            return result.Output.Trim();
        }
    }
}
