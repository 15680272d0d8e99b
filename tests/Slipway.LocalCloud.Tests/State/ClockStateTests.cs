using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.State;

public sealed class ClockStateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_stepped_clock_goes_on_from_where_it_stood()
    {
        await MoveAsync("stepped:2026-11-21T09:00:00Z", """{"advance":"10:00:00"}""");

        (await TimeAsync("stepped")).ShouldBe(new DateTimeOffset(2026, 11, 21, 19, 0, 0, TimeSpan.Zero));
        (await TimeAsync("stepped:2026-11-21T09:00:00Z")).ShouldBe(new DateTimeOffset(2026, 11, 21, 19, 0, 0, TimeSpan.Zero), "time never goes back");
        (await TimeAsync("stepped:2026-12-21T09:00:00Z")).ShouldBe(new DateTimeOffset(2026, 12, 21, 9, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("scaled:60")]
    [InlineData("real")]
    public async Task A_clock_that_runs_never_goes_back(string clock)
    {
        await MoveAsync(clock, """{"advance":"400.00:00:00"}""");

        var first = await TimeAsync(clock);
        var second = await TimeAsync(clock);

        first.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddDays(399));
        // A real clock is kept to the second.
        second.ShouldBeGreaterThan(first.AddSeconds(-1));
        second.ShouldBeLessThan(first.AddDays(1));
    }

    public void Dispose() => _directory.Dispose();

    private async Task MoveAsync(string clock, string by)
    {
        await using var cloud = await StartAsync(clock);
        using var http = new HttpClient { BaseAddress = cloud.BaseUrl };
        using var moved = await http.PostAsync("_local/clock", new StringContent(by, Encoding.UTF8, "application/json"));
        moved.IsSuccessStatusCode.ShouldBeTrue();
    }

    private async Task<DateTimeOffset> TimeAsync(string clock)
    {
        await using var cloud = await StartAsync(clock);
        using var http = new HttpClient { BaseAddress = cloud.BaseUrl };
        return (await http.GetFromJsonAsync<JsonNode>("_local/clock"))!["now"]!.GetValue<DateTimeOffset>();
    }

    private Task<LocalCloudHost> StartAsync(string clock) => LocalCloudHost.StartAsync(
        new LocalCloudOptions { Urls = "http://127.0.0.1:0", State = _directory.File("state"), Clock = clock });
}
