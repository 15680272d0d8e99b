using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Slipway.Client;
using Slipway.LocalCloud;
using Slipway.Machines;
using Slipway.Server.Access;
using Slipway.Storage;
using Slipway.Testing;

namespace Slipway.Server.Tests.Support;

/// <summary>An answer read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["code"];

    public string? Detail => (string?)Json["detail"];
}

/// <summary>The real server on a real port, its database in a directory of its own, and a LocalCloud with simulated machines behind it.</summary>
internal sealed class TestSystem : IAsyncDisposable
{
    public const string Secret = "planted-secret-0123456789abcdef";

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _settings;
    private HttpClient? _http;
    private WebApplication? _app;

    private TestSystem(Dictionary<string, string> settings, LocalCloudOptions options, Relay toCloud, Relay toServer)
    {
        _settings = settings;
        ToCloud = toCloud;
        ToServer = toServer;
        Cloud = new Cloud(options, Clock);
    }

    public LeapingTimeProvider Clock { get; } = new();

    public CapturedLog Log { get; } = new();

    public Cloud Cloud { get; }

    /// <summary>Between the server and the clouds.</summary>
    public Relay ToCloud { get; }

    /// <summary>Between the machines and the server.</summary>
    public Relay ToServer { get; }

    public string Directory => _directory.Path;

    public string Token { get; private set; } = "";

    public IServiceProvider Services => _app!.Services;

    public Uri Address => new(_app!.Urls.First() + "/");

    /// <summary>The settings the server is started with, as its command line.</summary>
    public string[] Arguments => [.. _settings.Select(s => $"--{s.Key}={s.Value}")];

    /// <summary>Raw HTTP with a token of every scope.</summary>
    public HttpClient Http => _http!;

    public SlipwayClient Client { get; private set; } = null!;

    /// <param name="settings">On top of what every test's server has; the empty text takes a setting away.</param>
    public static async Task<TestSystem> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, Action<LocalCloudOptions>? cloud = null, bool directly = false)
    {
        var options = new LocalCloudOptions
        {
            Urls = "http://127.0.0.1:0",
            CreateTime = TimeSpan.FromMilliseconds(20),
            StartTime = TimeSpan.FromMilliseconds(20),
            BootTime = TimeSpan.FromMilliseconds(50),
        };
        cloud?.Invoke(options);
        var system = new TestSystem(new(StringComparer.Ordinal), options, await Relay.StartAsync(), await Relay.StartAsync());
        await system.Cloud.StartAsync();
        system.ToCloud.Target = system.Cloud.Address;
        system.Configure(directly ? system.Cloud.Address : system.ToCloud.Address, settings);
        await system.StartServerAsync();
        return system;
    }

    public async Task StartServerAsync()
    {
        _app = SlipwayServer.Build(Arguments, Adjust);
        (await Startup.PrepareAsync(_app)).ShouldBeEmpty();
        await _app.StartAsync();
        Token = Token.Length > 0 ? Token : await CreateTokenAsync("test", Scopes.All);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Client = new SlipwayClient(_http);
        ToServer.Target = Address;
    }

    /// <summary>What SIGTERM does: no new work, and every step that runs is let finish.</summary>
    public async Task StopServerAsync()
    {
        ToServer.Target = null;
        var app = _app!;
        _app = null;
        await app.StopAsync();
        await app.DisposeAsync();
        _http?.Dispose();
    }

    /// <summary>Changes a setting for the next start.</summary>
    public void Set(string name, string value) => _settings[name] = value;

    /// <summary>What keeps the server from starting as things are.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAtStartAsync()
    {
        await using var app = SlipwayServer.Build(Arguments, Adjust);
        return await Startup.PrepareAsync(app);
    }

    /// <summary>The token that the machine of an operation was given.</summary>
    public string BootToken(string operation) => Services.GetRequiredService<ControlPlane>().NewBootToken(operation);

    public Task<string> CreateTokenAsync(string name, IReadOnlyList<string> scopes) =>
        Services.GetRequiredService<Database>().WriteAsync(t => Services.GetRequiredService<ApiTokens>().CreateAsync(t, name, scopes));

    /// <summary>Changes rows behind everybody's back.</summary>
    public Task WriteAsync(string sql) => Services.GetRequiredService<Database>().WriteAsync(t => t.ExecuteAsync(sql));

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        Services.GetRequiredService<Database>().QueryAsync<T>(sql, parameters);

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var sent = request;
        using var response = await Http.SendAsync(sent);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token.Length == 0 ? "" : "Bearer " + token);
        }

        return SendAsync(request);
    }

    public Task<Answer> WebhookAsync(string body, string secret = StripeEvents.WebhookSecret) =>
        SendAsync(StripeEvents.Signed(body, Clock.GetUtcNow(), secret));

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await StopServerAsync();
        }

        await ToServer.DisposeAsync();
        await ToCloud.DisposeAsync();
        await Cloud.DisposeAsync();
        Log.Dispose();
        _directory.Dispose();
    }

    private void Adjust(WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(Log);
    }

    private void Configure(Uri cloud, IReadOnlyDictionary<string, string>? settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Database"] = _directory.File("slipway.db"),
            ["Secrets:MasterKeyFile"] = _directory.File("slipway.key"),
            ["Hetzner:Token"] = Cloud.Token,
            ["Hetzner:BaseUrl"] = new Uri(cloud, "v1/").ToString(),
            ["Hetzner:UseSideChannel"] = "true",
            ["Tailscale:ClientId"] = "local-client",
            ["Tailscale:ClientSecret"] = "local-secret",
            ["Tailscale:BaseUrl"] = cloud.ToString(),
            ["Stripe:ApiKey"] = Cloud.StripeKey,
            ["Stripe:BaseUrl"] = new Uri(cloud, "stripe/").ToString(),
            ["Stripe:WebhookSecrets:0"] = StripeEvents.WebhookSecret,
            [$"Stripe:Prices:{StripeEvents.Price}"] = "hello",
            ["Machines:PublicUrl"] = ToServer.Address.ToString(),
            ["Machines:ControlPlaneAddresses:0"] = "127.0.0.1/32",
            ["Machines:BlueprintDirectory"] = SourceTree.Blueprints,
            ["Operations:RetryBase"] = "00:00:00.050",
            ["Operations:RetryCap"] = "00:00:01",
            // Rounds come when a test asks for one, not when a leap of the clock makes one due.
            ["Reconcile:Every"] = "30.00:00:00",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        foreach (var (name, value) in all.Where(s => s.Value.Length > 0))
        {
            _settings[name] = value;
        }
    }
}
