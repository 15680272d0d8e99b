using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Slipway.LocalCloud.Tailscale;

internal static class DeviceEndpoints
{
    public static void MapDevices(this RouteGroupBuilder api)
    {
        api.MapGet("/tailnet/{tailnetName}/devices", (HttpContext context, Tailnet tailnet) => TypedResults.Json(
            new DevicesView(tailnet.List(device => Matches(context.Request.Query, device), WantsAll(context))), TailscaleJson.Wire.DevicesView))
            .AddEndpointFilter(TailscaleEndpoints.OwnTailnetAsync).AddEndpointFilter(TailscaleEndpoints.Scope("devices:core"));
        var device = api.MapGroup("/device/{id}");
        var core = device.MapGroup("").AddEndpointFilter(TailscaleEndpoints.Scope("devices:core"));
        core.MapGet("", (string id, HttpContext context, Tailnet tailnet) =>
            tailnet.Find(id, d => d.View(WantsAll(context))) is { } found ? TypedResults.Json(found, TailscaleJson.Wire.DeviceView) : NotFound());
        core.MapDelete("", (string id, Tailnet tailnet) => tailnet.Delete(id) ? TypedResults.Ok() : NotFound());
        core.MapPost("/authorized", (string id, HttpContext context, Tailnet tailnet) => ChangeAsync(context, tailnet, id, c => device => device.Authorized = c.Authorized ?? device.Authorized));
        core.MapPost("/key", (string id, HttpContext context, Tailnet tailnet, TimeProvider time) => ChangeAsync(context, tailnet, id, c => device =>
        {
            device.KeyExpiryDisabled = c.KeyExpiryDisabled ?? device.KeyExpiryDisabled;
            device.Expires = device.KeyExpiryDisabled ? null : time.GetUtcNow().AddDays(180);
        }));
        core.MapPost("/expire", (string id, Tailnet tailnet, TimeProvider time) => Change(tailnet, id, device =>
        {
            (device.KeyExpiryDisabled, device.Expires, device.LastSeen) = (false, time.GetUtcNow(), device.LastSeen ?? time.GetUtcNow());
        }));
        core.MapPost("/name", async (string id, HttpContext context, Tailnet tailnet) =>
        {
            var wanted = (await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.ChangeDevice)).Name ?? throw new TailscaleFault(400, "name is required");
            return tailnet.Rename(id, wanted.Split('.')[0]) ? TypedResults.Ok() : NotFound();
        });
        core.MapPost("/tags", async (string id, HttpContext context, Tailnet tailnet, AccessTokens tokens) =>
        {
            var tags = (await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.ChangeDevice)).Tags ?? [];
            AuthKeys.RequireTags(tags);
            tokens.GrantOf(context)!.RequireTags(tags);
            return Change(tailnet, id, device => device.Tags = tags);
        });
        var routes = device.MapGroup("/routes").AddEndpointFilter(TailscaleEndpoints.Scope("devices:routes"));
        routes.MapGet("", (string id, Tailnet tailnet) => Routes(tailnet, id));
        routes.MapPost("", async (string id, HttpContext context, Tailnet tailnet) =>
        {
            var wanted = (await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.ChangeDevice)).Routes ?? [];
            if (wanted.FirstOrDefault(r => !IPNetwork.TryParse(r, out _)) is { } wrong)
            {
                throw new TailscaleFault(400, $"invalid route \"{wrong}\"");
            }

            Change(tailnet, id, d => d.EnabledRoutes = wanted);
            return Routes(tailnet, id);
        });
        MapAttributes(device.MapGroup("/attributes").AddEndpointFilter(TailscaleEndpoints.Scope("devices:posture_attributes")));
    }

    private static void MapAttributes(RouteGroupBuilder attributes)
    {
        attributes.MapGet("", (string id, Tailnet tailnet, TimeProvider time) => Attributes(tailnet, id, time));
        attributes.MapPost("/{key}", async (string id, string key, HttpContext context, Tailnet tailnet, TimeProvider time) =>
        {
            var wanted = await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.DeviceAttribute);
            if (!key.StartsWith("custom:", StringComparison.Ordinal) || wanted.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
            {
                throw new TailscaleFault(400, "an attribute is custom:name with a text, a number or a boolean");
            }

            Change(tailnet, id, device => device.Attributes[key] = wanted);
            return Attributes(tailnet, id, time);
        });
        attributes.MapDelete("/{key}", (string id, string key, Tailnet tailnet) => Change(tailnet, id, device => device.Attributes.Remove(key)));
    }

    private static IResult Routes(Tailnet tailnet, string id) =>
        tailnet.Find(id, d => new RoutesView([], d.EnabledRoutes)) is { } found ? TypedResults.Json(found, TailscaleJson.Wire.RoutesView) : NotFound();

    /// <summary>An attribute whose time is over is as good as gone.</summary>
    private static IResult Attributes(Tailnet tailnet, string id, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var found = tailnet.Find(id, d =>
        {
            var live = d.Attributes.Where(a => a.Value.Expiry is null || a.Value.Expiry > now).ToList();
            return new AttributesView(
                live.ToDictionary(a => a.Key, a => a.Value.Value, StringComparer.Ordinal),
                live.Where(a => a.Value.Expiry is not null).ToDictionary(a => a.Key, a => WireTime.Of(a.Value.Expiry!.Value), StringComparer.Ordinal));
        });
        return found is null ? NotFound() : TypedResults.Json(found, TailscaleJson.Wire.AttributesView);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, Tailnet tailnet, string id, Func<ChangeDevice, Action<Device>> change) =>
        Change(tailnet, id, change(await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.ChangeDevice)));

    private static IResult Change(Tailnet tailnet, string id, Action<Device> change) => tailnet.Change(id, change) ? TypedResults.Ok() : NotFound();

    private static bool WantsAll(HttpContext context) => context.Request.Query["fields"] == "all";

    /// <summary>Any attribute filters, and one given several times must hold each time.</summary>
    private static bool Matches(IQueryCollection query, DeviceView device)
    {
        foreach (var (name, values) in query.Where(p => p.Key != "fields"))
        {
            IReadOnlyList<string> has = name switch
            {
                "hostname" => [device.Hostname],
                "name" => [device.Name],
                "tags" => device.Tags ?? [],
                "nodeId" => [device.NodeId],
                "id" => [device.Id],
                "user" => [device.User],
                "os" => [device.Os],
                "addresses" => device.Addresses,
                "isEphemeral" => [Flag(device.IsEphemeral)],
                "isExternal" => [Flag(device.IsExternal)],
                "authorized" => [Flag(device.Authorized)],
                "connectedToControl" => [Flag(device.ConnectedToControl)],
                "keyExpiryDisabled" => [Flag(device.KeyExpiryDisabled)],
                _ => throw new TailscaleFault(400, string.Create(CultureInfo.InvariantCulture, $"unknown filter \"{name}\"")),
            };
            if (values.Any(v => !has.Contains(v!, StringComparer.Ordinal)))
            {
                return false;
            }
        }

        return true;
    }

    private static string Flag(bool value) => value ? "true" : "false";

    private static IResult NotFound() => new TailscaleFault(404, "no such device").ToResult();
}
