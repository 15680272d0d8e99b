using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Conformance;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.Support;

/// <summary>A LocalCloud of a test's own, asked over HTTP; its clock moves only when the test moves it.</summary>
internal sealed class TestCloud : IAsyncDisposable
{
    private readonly LocalCloudHost _host;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private TestCloud(LocalCloudHost host, ManualTimeProvider clock)
    {
        _host = host;
        Clock = clock;
        _http.BaseAddress = host.BaseUrl;
    }

    public ManualTimeProvider Clock { get; }

    public Uri BaseUrl => _host.BaseUrl;

    public string Token { get; set; } = "local-hetzner-token";

    public string? TailscaleToken { get; set; }

    public static async Task<TestCloud> StartAsync(Action<LocalCloudOptions>? configure = null, ManualTimeProvider? clock = null)
    {
        // A test that waits asks as often as the machine lets it: only tests of the limit have Hetzner's.
        var options = new LocalCloudOptions { Urls = "http://127.0.0.1:0", RateLimit = int.MaxValue };
        configure?.Invoke(options);
        clock ??= new ManualTimeProvider();
        return new TestCloud(await LocalCloudHost.StartAsync(options, clock), clock);
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> DeleteAsync(string path) => SendAsync("DELETE", path);

    public Task<Answer> PostAsync(string path, string? json = null) => SendAsync("POST", path, json);

    public Task<Answer> SendAsync(string method, string path, string? json = null) =>
        SendAsync(method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> PostFormAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync("POST", path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    public async Task<Answer> SendAsync(string method, string path, HttpContent? content, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.TrimStart('/')) { Content = content };
        var token = path switch
        {
            _ when path.StartsWith("/v1", StringComparison.Ordinal) => Token,
            _ when path.StartsWith("/api/v2/", StringComparison.Ordinal) => TailscaleToken,
            _ when path.StartsWith("/stripe/v1", StringComparison.Ordinal) => "sk_test_local",
            _ => null,
        };
        request.Headers.Authorization = string.IsNullOrEmpty(token) ? null : new AuthenticationHeaderValue("Bearer", token);
        change?.Invoke(request);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        Conform(method, path, (int)response.StatusCode, text);
        return new Answer((int)response.StatusCode, text, headers);
    }

    /// <summary>Set by a test that asks for what Hetzner would never answer: a fault, or an older API.</summary>
    public bool Deviates { get; set; }

    private void Conform(string method, string path, int status, string text)
    {
        // The web server itself refuses what is no proper request, before any API sees it.
        var refusedOnTheWire = status is 413 or 414 or 415 || (status == 400 && text.Length == 0);
        if (!Deviates && !refusedOnTheWire && path.StartsWith("/v1/", StringComparison.Ordinal) && HetznerDocument.Current is { } document)
        {
            document.Examine(method, path["/v1".Length..].Split('?')[0], status, text).ShouldBeEmpty();
        }
    }

    /// <summary>Moves the clock in small steps until it is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> so, string what = "the condition")
    {
        // Real time only bounds a test that would never end.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await so())
        {
            if (patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{what} was not reached; the cloud's clock is at {Clock.GetUtcNow():O}.");
            }

            if (Clock.ArmedTimers > 0)
            {
                Clock.Advance(TimeSpan.FromMilliseconds(50));
            }

            // A round trip: what the timers started gets its turn.
            using var turn = await _http.GetAsync("_local/info");
        }
    }

    /// <summary>Asks for a fault; returns its id.</summary>
    public async Task<string> FaultAsync(string kind, params (string Name, string Value)[] told)
    {
        var body = new JsonObject { ["kind"] = kind };
        foreach (var (name, value) in told)
        {
            body[name] = value;
        }

        var answer = await PostAsync("/_local/faults", body.ToJsonString());
        answer.Status.ShouldBe(201, answer.Text);
        return (string)answer["id"]!;
    }

    public async Task<long> CreateServerAsync(string name, string more = "")
    {
        var answer = await PostAsync("/v1/servers", Order(name, more));
        answer.Status.ShouldBe(201, answer.Text);
        return answer["server"]["id"]!.GetValue<long>();
    }

    public async Task<long> RunningServerAsync(string name, string more = "")
    {
        var id = await CreateServerAsync(name, more);
        await UntilStatusAsync(id, "running");
        return id;
    }

    public static string Order(string name, string more = "") =>
        $$"""{"name":"{{name}}","server_type":"cx23","image":"debian-12","location":"fsn1"{{more}}}""";

    public Task UntilStatusAsync(long server, string status) => UntilAsync(
        async () => (string?)(await GetAsync($"/v1/servers/{server}"))["server"]["status"] == status, $"status {status}");

    public async Task<JsonNode> UntilFinishedAsync(long action)
    {
        JsonNode? finished = null;
        await UntilAsync(
            async () =>
            {
                finished = (await GetAsync($"/v1/actions/{action}"))["action"];
                return (string?)finished["status"] != "running";
            },
            $"the end of action {action}");
        return finished!;
    }

    /// <summary>Begins an action and waits for its end.</summary>
    public async Task<JsonNode> ActAsync(long server, string action, string? json = null)
    {
        var answer = await PostAsync($"/v1/servers/{server}/actions/{action}", json);
        answer.Status.ShouldBe(201, answer.Text);
        return await UntilFinishedAsync(answer["action"]["id"]!.GetValue<long>());
    }

    public Task<Answer> ExecAsync(long server, string name, string? stdin = null)
    {
        var input = stdin is null ? "null" : $"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(stdin))}\"";
        return PostAsync($"/_local/machines/{server}/exec", $$"""{"name":"{{name}}","script":"true","stdin_base64":{{input}}}""");
    }

    public async Task LogInToTailscaleAsync() => TailscaleToken = (string?)(await PostFormAsync(
        "/api/v2/oauth/token", ("client_id", "local-client"), ("client_secret", "local-secret")))["access_token"];

    public async Task<Answer> CreateAuthKeyAsync(string more = "")
    {
        if (TailscaleToken is null)
        {
            await LogInToTailscaleAsync();
        }

        return await PostAsync(
            "/api/v2/tailnet/-/keys",
            $$$$"""{"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":false,"preauthorized":true,"tags":["tag:agent"]}}},"expirySeconds":900{{{{more}}}}}""");
    }

    public Task<Answer> RegisterAsync(string key, string hostname, long? server = null) => PostAsync(
        "/_local/tailscale/register",
        $$"""{"auth_key":"{{key}}","hostname":"{{hostname}}","tags":["tag:agent"],"server_id":{{server?.ToString() ?? "null"}}}""");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }
}

internal sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public JsonNode this[string key] => Json[key] ?? throw new InvalidOperationException($"There is no '{key}' in: {Text}");

    public string ErrorCode => (string)Json["error"]!["code"]!;

    public string ErrorMessage => (string)Json["error"]!["message"]!;

    public string Field => (string)Json["error"]!["details"]!["fields"]![0]!["name"]!;
}
