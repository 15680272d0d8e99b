namespace Slipway.LocalCloud.Stripe;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            var types = query["types[]"].Concat(query["type"]).ToList();
            var since = StripePage.Number(query["created[gte]"], 0);
            return TypedResults.Json(
                StripePage.Of(query, account.Events(e => (types.Count == 0 || types.Contains(e.Type)) && e.Created >= since), e => e.Id, "/v1/events"),
                StripeJson.Wire.StripeListStripeEvent);
        });
        api.MapGet("/events/{id}", (string id, StripeAccount account) => TypedResults.Json(
            account.Events(e => e.Id == id) is [{ } found] ? found : throw StripeFault.Missing("event", id), StripeJson.Wire.StripeEvent));
        api.MapPost("/webhook_endpoints", async (HttpContext context, StripeAccount account) =>
        {
            var form = await StripeForm.ReadAsync(context);
            var url = form.Required("url");
            var events = form.Texts("enabled_events");
            if (!Uri.TryCreate(url, UriKind.Absolute, out _))
            {
                throw new StripeFault(400, $"Invalid URL: {url}", "url_invalid", "url");
            }

            lock (account.Gate)
            {
                var endpoint = new WebhookEndpoint(
                    StripeAccount.NewId("we_", 24), "webhook_endpoint", account.Now, events.Count > 0 ? events : throw StripeFault.Required("enabled_events"),
                    Livemode: false, StripeAccount.NewId("whsec_", 32), "enabled", url);
                account.Endpoints.Add(endpoint.Id, endpoint);
                return TypedResults.Json(endpoint, StripeJson.Wire.WebhookEndpoint);
            }
        });
        api.MapGet("/webhook_endpoints", (HttpContext context, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(context.Request.Query, account.AllEndpoints.Reverse().Select(e => e with { Secret = null }), e => e.Id, "/v1/webhook_endpoints"),
                    StripeJson.Wire.StripeListWebhookEndpoint);
            }
        });
        api.MapDelete("/webhook_endpoints/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return account.Endpoints.Remove(id)
                    ? TypedResults.Json(new StripeDeleted(id, "webhook_endpoint", Deleted: true), StripeJson.Wire.StripeDeleted)
                    : throw StripeFault.Missing("webhook endpoint", id);
            }
        });
    }
}
