using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Tests.Support;

/// <summary>A LocalCloud with its own clock, moved over the side channel as somebody at a terminal would.</summary>
internal sealed class SteppedCloud : IAsyncDisposable
{
    private readonly LocalCloudHost _host;

    private SteppedCloud(LocalCloudHost host)
    {
        _host = host;
        Http = new HttpClient { BaseAddress = host.BaseUrl };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", "local-hetzner-token");
    }

    public HttpClient Http { get; }

    public static async Task<SteppedCloud> StartAsync() => new(await LocalCloudHost.StartAsync(
        new LocalCloudOptions { Urls = "http://127.0.0.1:0", Clock = "stepped:2026-11-21T09:00:00Z" }));

    public async Task<JsonNode> PostAsync(string path, string json)
    {
        using var answer = await Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    public Task AdvanceAsync(string by) => PostAsync("_local/clock", $$"""{"advance":"{{by}}"}""");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
    }
}
