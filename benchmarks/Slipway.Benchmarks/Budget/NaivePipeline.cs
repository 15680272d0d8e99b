using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Benchmarks.Clients;

namespace Slipway.Benchmarks.Budget;

/// <summary>
/// What a first script does: an SSH key for each agent, a server with it, its action asked about every second until it is done, the server read
/// until it runs; then the same back. An answer it does not expect ends that agent, and what there is of it stays.
/// </summary>
public sealed class NaivePipeline : IDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public NaivePipeline(Uri cloud, string token, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient { BaseAddress = new Uri(cloud, "/v1/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <returns>How many agents failed.</returns>
    public async Task<int> RunAsync(int agents, CancellationToken cancellationToken) =>
        (await Task.WhenAll(Enumerable.Range(1, agents).Select(i => TryAsync(i, cancellationToken)))).Count(succeeded => !succeeded);

    public void Dispose() => _http.Dispose();

    private async Task<bool> TryAsync(int agent, CancellationToken cancellationToken)
    {
        try
        {
            await LiveAsync(agent, cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task LiveAsync(int agent, CancellationToken cancellationToken)
    {
        var key = await SendAsync(HttpMethod.Post, "ssh_keys", new JsonObject { ["name"] = $"naive-{agent}", ["public_key"] = PublicKey(agent) }, cancellationToken);
        var keyId = Id(key, "ssh_key");
        var made = await SendAsync(
            HttpMethod.Post,
            "servers",
            new JsonObject
            {
                ["name"] = $"naive-{agent}",
                ["server_type"] = Contender.ServerType,
                ["image"] = Contender.Image,
                ["location"] = Contender.Location,
                ["ssh_keys"] = new JsonArray(keyId),
            },
            cancellationToken);
        var server = $"servers/{Id(made, "server")}";
        await AwaitAsync($"actions/{Id(made, "action")}", "action", "success", cancellationToken);
        await AwaitAsync(server, "server", "running", cancellationToken);
        var deletion = await SendAsync(HttpMethod.Delete, server, null, cancellationToken);
        await AwaitAsync($"actions/{Id(deletion, "action")}", "action", "success", cancellationToken);
        await SendAsync(HttpMethod.Delete, $"ssh_keys/{keyId}", null, cancellationToken);
    }

    private async Task AwaitAsync(string path, string resource, string status, CancellationToken cancellationToken)
    {
        while ((await SendAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty(resource).GetProperty("status").GetString() != status)
        {
            await Task.Delay(PollEvery, _time, cancellationToken);
        }
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    private static long Id(JsonElement answer, string resource) => answer.GetProperty(resource).GetProperty("id").GetInt64();

    /// <summary>An ed25519 key as OpenSSH writes it; Hetzner takes each only once.</summary>
    private static string PublicKey(int agent)
    {
        byte[] blob = [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. new byte[32]];
        BitConverter.TryWriteBytes(blob.AsSpan(^4), agent);
        return string.Create(CultureInfo.InvariantCulture, $"ssh-ed25519 {Convert.ToBase64String(blob)} naive-{agent}");
    }
}
