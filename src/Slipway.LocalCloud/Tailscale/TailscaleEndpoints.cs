using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.Tailscale;

internal static class TailscaleEndpoints
{
    public static void AddTailscale(this IServiceCollection services) => services
        .AddSingleton<AuthKeys>().AddSingleton<AccessTokens>().AddSingleton<Tailnet>();

    public static void MapTailscale(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v2/oauth/token", (HttpContext context, AccessTokens tokens) => tokens.IssueAsync(context));
        var api = app.MapGroup("/api/v2").AddEndpointFilter(async (context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<AccessTokens>().GrantOf(context.HttpContext) is not null
                ? await next(context)
                : new TailscaleFault(401, "API token invalid").ToResult());
        MapKeys(api.MapGroup("/tailnet/{tailnetName}/keys").AddEndpointFilter(OwnTailnetAsync).AddEndpointFilter(Scope("auth_keys")));
        api.MapDevices();
    }

    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonBody.ReadAsync(context, type);
        }
        catch (JsonException)
        {
            throw new TailscaleFault(400, "failed to parse the request body as JSON");
        }
    }

    private static void MapKeys(RouteGroupBuilder keys)
    {
        keys.MapPost("", async (HttpContext context, AuthKeys store, AccessTokens tokens, TimeProvider time) =>
        {
            var key = store.Create(await ReadAsync(context, TailscaleJson.Wire.CreateKey), tokens.GrantOf(context)!);
            return Answer(key.View(time.GetUtcNow(), withValue: true));
        });
        keys.MapGet("", (AuthKeys store, TimeProvider time) => TypedResults.Json(
            new KeysView(store.All.Select(k => k.View(time.GetUtcNow(), withValue: false)).ToList()), TailscaleJson.Wire.KeysView));
        keys.MapGet("/{id}", (string id, AuthKeys store, TimeProvider time) =>
            store.Find(id) is { } key ? Answer(key.View(time.GetUtcNow(), withValue: false)) : NotFound("not found"));
        keys.MapDelete("/{id}", (string id, AuthKeys store) => store.Delete(id) ? TypedResults.Ok() : NotFound("not found"));
    }

    /// <summary>Refuses a token that may not do this.</summary>
    public static Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Scope(string scope) => (context, next) =>
        context.HttpContext.RequestServices.GetRequiredService<AccessTokens>().GrantOf(context.HttpContext)!
            .Allows(scope, write: !HttpMethods.IsGet(context.HttpContext.Request.Method))
            ? next(context)
            : throw new TailscaleFault(403, "calling actor does not have enough permissions to perform this function");

    public static async ValueTask<object?> OwnTailnetAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.GetRouteValue("tailnetName") is "-" or Tailnet.Domain
            ? await next(context)
            : NotFound("tailnet not found");

    private static IResult Answer(KeyView key) => TypedResults.Json(key, TailscaleJson.Wire.KeyView);

    private static IResult NotFound(string message) => new TailscaleFault(404, message).ToResult();
}
