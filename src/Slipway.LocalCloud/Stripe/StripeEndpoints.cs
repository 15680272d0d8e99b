using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Slipway.LocalCloud.Stripe;

internal static class StripeEndpoints
{
    public static void AddStripe(this IServiceCollection services) => services
        .AddSingleton<Deliveries>().AddSingleton<StripeAccount>();

    public static void MapStripe(this IEndpointRouteBuilder app)
    {
        app.MapCheckoutPage();
        var api = app.MapGroup("/stripe/v1").AddEndpointFilter(async (context, next) =>
        {
            Authorize(context.HttpContext);
            return await next(context);
        });
        api.MapPost("/checkout/sessions", async (HttpContext context, StripeAccount account) =>
        {
            var request = context.Request;
            var form = new StripeForm(request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty);
            var key = request.Headers["Idempotency-Key"] is [{ } first, ..] ? first : null;
            var session = account.CreateSession(form, $"{request.Scheme}://{request.Host}/stripe/checkout", key);
            return TypedResults.Json(session, StripeJson.Wire.CheckoutSession);
        });
        api.MapGet("/checkout/sessions/{id}", (string id, StripeAccount account) =>
            TypedResults.Json(account.Session(id), StripeJson.Wire.CheckoutSession));
        api.MapGet("/subscriptions/{id}", (string id, StripeAccount account) =>
            TypedResults.Json(account.Subscription(id), StripeJson.Wire.Subscription));
        api.MapDelete("/subscriptions/{id}", (string id, StripeAccount account) =>
            TypedResults.Json(account.Cancel(id), StripeJson.Wire.Subscription));
        api.MapGet("/events", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            var types = query["types[]"].Concat(query["type"]).ToList();
            var since = Number(query["created[gte]"], 0);
            var limit = (int)Math.Clamp(Number(query["limit"], 10), 1, 100);
            var found = account.Events(e => (types.Count == 0 || types.Contains(e.Type)) && e.Created >= since);
            if (query["starting_after"] is [{ } after])
            {
                found = found.SkipWhile(e => e.Id != after).Skip(1).ToList();
            }

            return TypedResults.Json(
                new StripeList<StripeEvent>("list", found.Take(limit).ToList(), found.Count > limit, "/v1/events"),
                StripeJson.Wire.StripeListStripeEvent);
        });
        api.MapGet("/events/{id}", (string id, StripeAccount account) =>
            TypedResults.Json(
                account.Events(e => e.Id == id) is [{ } found] ? found : throw StripeFault.Missing("event", id), StripeJson.Wire.StripeEvent));
    }

    private static void Authorize(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<LocalCloudOptions>();
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header) || header.Parameter is not { } given)
        {
            throw new StripeFault(401, "You did not provide an API key. Send 'Authorization: Bearer' with the key that /_local/info tells.");
        }

        if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[given.Length];
            given = Convert.TryFromBase64String(given, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0] : "";
        }

        if (given != options.StripeApiKey)
        {
            throw new StripeFault(401, "Invalid API Key provided.");
        }
    }

    private static long Number(string? text, long standard) => string.IsNullOrEmpty(text)
        ? standard
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StripeFault(400, $"Invalid integer: {text}", "parameter_invalid_integer");
}
