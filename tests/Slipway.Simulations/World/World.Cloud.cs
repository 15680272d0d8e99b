using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.LocalCloud;

namespace Slipway.Simulations;

/// <summary>The clouds of a world: what its nodes, strangers and the world itself ask of them.</summary>
internal sealed partial class World
{
    /// <summary>A request of a node's reaches the clouds.</summary>
    public async Task<Reply> AskAsync(Call call)
    {
        if (IsForStripe(call))
        {
            return Heard(call, Stripe.Answer(call));
        }

        if (Runner.TakesCancel(call) is { } taken)
        {
            return Heard(call, taken);
        }

        var asked = Planting.Rewrite(Bug, call, Random);
        if (call is { Method: "POST", Address.AbsolutePath: "/v1/servers" })
        {
            _lastOrder = call;
        }

        var heard = Heard(asked, Planting.Rewrite(Bug, asked, await Cloud.SendAsync(asked), _lastOrder));
        if (call.Method == "POST" && call.Address.AbsolutePath.EndsWith("/dispatches", StringComparison.Ordinal))
        {
            Runner.Dispatched();
        }

        return heard;
    }

    /// <summary>Asks Hetzner as somebody outside would, with the project's token: no effect of ours.</summary>
    public JsonNode? AskHetzner(string method, string path, JsonObject? body = null) =>
        Ask(method, "v1/" + path, "Bearer " + Fixtures.HetznerToken, "application/json", body is null ? [] : Json.Bytes(body));

    /// <summary>Asks Tailscale as somebody outside would.</summary>
    public JsonNode? AskTailscale(string method, string path, JsonObject? body = null)
    {
        var login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("local-client:" + Fixtures.TailscaleSecret));
        var token = Ask("POST", "api/v2/oauth/token", login, "application/x-www-form-urlencoded", Encoding.UTF8.GetBytes("grant_type=client_credentials"));
        return Ask(method, "api/v2/tailnet/-/" + path, "Bearer " + token!["access_token"], "application/json", body is null ? [] : Json.Bytes(body));
    }

    /// <summary>Somebody else makes a server that bears this name.</summary>
    public void AddStranger(string name)
    {
        var body = new JsonObject { ["name"] = name, ["server_type"] = "cx23", ["image"] = "debian-12", ["location"] = "fsn1" };
        var made = AsOften(first => first
            ? AskHetzner("POST", "servers", body)?["server"]
            : AskHetzner("GET", $"servers?name={name}")?["servers"]?.AsArray().FirstOrDefault() ?? AskHetzner("POST", "servers", body)?["server"]);
        if ((long?)made?["id"] is { } id)
        {
            Strangers.Add(id);
        }

        Note("outside", $"a stranger makes {name}");
    }

    /// <summary>Asks until an answer arrives whole: strangers meet the faults too, and look again.</summary>
    private static JsonNode? AsOften(Func<bool, JsonNode?> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return ask(attempt == 1);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException && attempt < 50)
            {
                // The next attempt looks whether this one worked.
            }
        }
    }

    /// <summary>Whoever writes at Stripe reads it there.</summary>
    private static bool IsForStripe(Call call) => call.Address.AbsolutePath.StartsWith("/stripe/", StringComparison.Ordinal);

    private Reply Heard(Call call, Reply reply)
    {
        Note("  ", $"→ {reply.Status}");
        Health.Heard(call, reply, Clock.Now);
        if (call.Address.AbsolutePath.EndsWith("/keys", StringComparison.Ordinal) && call.Method == "POST" && reply.Status == 200
            && JsonNode.Parse(reply.Body)?["key"]?.GetValue<string>() is { } key)
        {
            Log.Secrets.Add(key);
        }

        return reply;
    }

    private JsonNode? Ask(string method, string path, string authorization, string type, byte[] body)
    {
        var call = new Call(method, new Uri("http://127.0.0.1:8700/" + path), [new("Authorization", authorization), new("Content-Type", type)], body);
        var reply = RunPatiently(() => Cloud.SendAsync(call));
        return reply.Body.Length > 0 ? Json.Parse(reply.Body) : null;
    }

    public JsonNode? Side(string method, string path, JsonObject? body = null)
    {
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        var reply = Run(() => Cloud.SendAsync(new Call(method, new Uri("http://127.0.0.1:8700/_local/" + path), [new("Content-Type", "application/json")], bytes)));
        return reply.Status < 300 && reply.Body.Length > 0 ? JsonNode.Parse(reply.Body)
            : reply.Status < 300 ? null
            : throw new InvalidOperationException($"{method} {path}: {reply.Status} {Encoding.UTF8.GetString(reply.Body)}");
    }

    private async Task<LocalCloudHost> StartCloudAsync() => await LocalCloudHost.StartAsync(
        new LocalCloudOptions
        {
            HetznerToken = Fixtures.HetznerToken,
            TailscaleClientSecret = Fixtures.TailscaleSecret,
            GitHubToken = Fixtures.GitHubToken,
            CreateTime = TimeSpan.FromSeconds(2),
            StartTime = TimeSpan.FromSeconds(1),
            BootTime = TimeSpan.FromSeconds(6),
        },
        Clock,
        driver: null,
        builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<IServer>(Cloud);
            builder.Services.AddSingleton<TaskScheduler>(Pump);
            builder.Services.AddSingleton<HttpMessageHandler>(new ReportHttp(this));
        });

    /// <summary>Secrets go through one pipe: the standard input of a script. Keys that can be used once go in user_data.</summary>
    private void LookThrough(Call call)
    {
        var text = Encoding.UTF8.GetString(call.Body);
        var route = $"{call.Method} {call.Address.AbsolutePath}";
        Log.LookFor(route, call.Address.PathAndQuery);
        if (route is not ("POST /api/v2/oauth/token" or "POST /v1/servers") && !route.EndsWith("/actions/rebuild", StringComparison.Ordinal))
        {
            Log.LookFor(route, text);
        }
        else if (text.Contains(Fixtures.CustomerSecret, StringComparison.Ordinal) || text.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(Fixtures.CustomerSecret))[..20], StringComparison.Ordinal))
        {
            Log.Leaks.Add($"{route} carries the customer's secret");
        }
    }
}
