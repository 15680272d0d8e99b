using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.LocalCloud;

namespace Slipway.Server.Tests.Support;

/// <summary>The LocalCloud a test's server works with, and its side channel.</summary>
internal sealed class Cloud(LocalCloudOptions options, TimeProvider time) : IAsyncDisposable
{
    public const string Token = "local-hetzner-token";
    public const string StripeKey = "sk_test_local";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private LocalCloudHost? _host;

    public Uri Address => (_host ?? throw new InvalidOperationException("The cloud is gone.")).BaseUrl;

    public async Task StartAsync()
    {
        _host = await LocalCloudHost.StartAsync(options, time);
        // A second start is on the same port.
        options.Urls = _host.BaseUrl.ToString().TrimEnd('/');
        _http.BaseAddress ??= _host.BaseUrl;
    }

    /// <summary>Everything of it goes, as with a power cut.</summary>
    public async Task StopAsync()
    {
        await _host!.DisposeAsync();
        _host = null;
    }

    public Task SellAsync(string state, string? location = null, string? type = null) =>
        PostAsync("_local/capacity", new JsonObject { ["server_type"] = type, ["location"] = location, ["state"] = state });

    public Task FaultAsync(string route, string kind, int status = 500, string text = "", int times = 1)
    {
        var fault = new JsonObject { ["route"] = route, ["kind"] = kind, ["times"] = times };
        if (kind == "answer")
        {
            fault["status"] = status;
            fault["text"] = text;
        }

        return PostAsync("_local/faults", fault);
    }

    public Task FailActionAsync(string action, string text) =>
        PostAsync("_local/faults", new JsonObject { ["action"] = action, ["kind"] = "action_fails", ["text"] = text });

    public Task ClearFaultsAsync() => _http.DeleteAsync("_local/faults");

    public async Task<IReadOnlyDictionary<string, int>> InventoryAsync()
    {
        var answer = (await _http.GetFromJsonAsync<JsonObject>("_local/inventory"))!;
        return answer.ToDictionary(p => p.Key, p => p.Value!["count"]!.GetValue<int>());
    }

    public async Task ShouldBeEmptyAsync() =>
        (await InventoryAsync()).Where(thing => thing.Value != 0).ShouldBeEmpty("everything that was made is gone again");

    /// <summary>Requests by route, e.g. <c>POST /v1/servers</c>.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RequestsAsync()
    {
        var answer = (await _http.GetFromJsonAsync<JsonObject>("_local/requests"))!;
        return answer["routes"]!.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<long>());
    }

    public async Task<JsonObject> HetznerAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, "v1/" + path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", Token);
        using var response = await _http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    public async Task<JsonArray> ServersAsync() => (await HetznerAsync(HttpMethod.Get, "servers"))["servers"]!.AsArray();

    /// <summary>Commits a workflow to a repository at GitHub.</summary>
    public Task CommitWorkflowAsync(string repository, string file, string runName, IEnumerable<string> requiredInputs) => PostAsync(
        "_local/github/workflows",
        new JsonObject
        {
            ["repository"] = repository,
            ["file"] = file,
            ["run_name"] = runName,
            ["required_inputs"] = new JsonArray([.. requiredInputs.Select(i => (JsonNode)i)]),
        });

    public async Task<JsonArray> RunsAsync() => (await _http.GetFromJsonAsync<JsonObject>("_local/github/runs"))!["runs"]!.AsArray();

    public Task SetRunAsync(long run, string status, string? conclusion = null) =>
        PostAsync($"_local/github/runs/{run}", new JsonObject { ["status"] = status, ["conclusion"] = conclusion });

    public Task IgnoreShutdownAsync(long server) => PostAsync($"_local/machines/{server}/ignore-shutdown", new JsonObject { ["ignore"] = true });

    public Task DeleteAuthKeysAsync() => DeleteAllAsync("tailnet/-/keys", "keys", "keys", "id");

    public Task DeleteDevicesAsync() => DeleteAllAsync("tailnet/-/devices", "devices", "device", "nodeId");

    /// <param name="url">Where Stripe delivers to.</param>
    /// <param name="events">Which types; null for LocalCloud's own choice.</param>
    public Task WebhooksToAsync(Uri url, IReadOnlyList<string>? events = null)
    {
        var endpoint = new JsonObject { ["url"] = url.ToString() };
        if (events is not null)
        {
            endpoint["enabled_events"] = new JsonArray([.. events.Select(e => (JsonNode)e)]);
        }

        return PostAsync("_local/stripe/webhook-endpoint", endpoint);
    }

    /// <summary>A Checkout session for an agent, paid at once; returns its subscription.</summary>
    public async Task<string> CheckOutAndPayAsync(string agent, string price)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "stripe/v1/checkout/sessions")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["mode"] = "subscription",
                ["line_items[0][price]"] = price,
                ["line_items[0][quantity]"] = "1",
                ["client_reference_id"] = agent,
                ["metadata[price]"] = price,
                ["success_url"] = "http://127.0.0.1/thanks",
            }),
        };
        request.Headers.Authorization = new("Bearer", StripeKey);
        using var response = await _http.SendAsync(request);
        var session = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        using var paid = await _http.PostAsync($"_local/stripe/checkout/{session["id"]}/pay", null);
        return JsonNode.Parse(await paid.Content.ReadAsStringAsync())!["subscription"]!.GetValue<string>();
    }

    /// <summary>What was given back so far.</summary>
    public async Task<JsonArray> RefundsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "stripe/v1/refunds");
        request.Headers.Authorization = new("Bearer", StripeKey);
        using var response = await _http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!.AsArray();
    }

    /// <summary>As when a payment fails or arrives.</summary>
    public Task SetSubscriptionAsync(string subscription, string status) =>
        PostAsync($"_local/stripe/subscriptions/{subscription}/status", new JsonObject { ["status"] = status });

    public async Task CancelSubscriptionAsync(string subscription)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "stripe/v1/subscriptions/" + subscription);
        request.Headers.Authorization = new("Bearer", StripeKey);
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _http.Dispose();
    }

    /// <summary>Behind Slipway's back, as somebody with the console might.</summary>
    private async Task DeleteAllAsync(string list, string property, string kind, string id)
    {
        using var credentials = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = "local-client", ["client_secret"] = "local-secret" });
        using var granted = await _http.PostAsync("api/v2/oauth/token", credentials);
        var token = (string)JsonNode.Parse(await granted.Content.ReadAsStringAsync())!["access_token"]!;
        async Task<string> SendAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, "api/v2/" + path);
            request.Headers.Authorization = new("Bearer", token);
            using var response = await _http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync();
        }

        var things = JsonNode.Parse(await SendAsync(HttpMethod.Get, list))![property]!.AsArray();
        things.ShouldNotBeEmpty();
        foreach (var thing in things)
        {
            await SendAsync(HttpMethod.Delete, (kind == "keys" ? list : kind) + "/" + thing![id]);
        }
    }

    private async Task PostAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(path, content);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(string.Create(CultureInfo.InvariantCulture, $"{path}: {(int)response.StatusCode} {text}"));
    }
}
