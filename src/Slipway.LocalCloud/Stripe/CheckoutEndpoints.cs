namespace Slipway.LocalCloud.Stripe;

internal static class CheckoutEndpoints
{
    public static void MapCheckout(this IEndpointRouteBuilder api)
    {
        api.MapPost("/checkout/sessions", async (HttpContext context, Checkout checkout) => Answer(
            checkout.Create(await StripeForm.ReadAsync(context), $"{context.Request.Scheme}://{context.Request.Host}/stripe/checkout")));
        api.MapGet("/checkout/sessions", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query,
                        account.Sessions.Values.Reverse().Where(s => StripePage.Wants(query, "subscription", s.Subscription) && StripePage.Wants(query, "customer", s.Customer)
                            && StripePage.Wants(query, "status", s.Status)),
                        s => s.Id, "/v1/checkout/sessions"),
                    StripeJson.Wire.StripeListCheckoutSession);
            }
        });
        api.MapGet("/checkout/sessions/{id}", (string id, Checkout checkout) => Answer(checkout.Find(id)));
        api.MapPost("/checkout/sessions/{id}/expire", (string id, Checkout checkout) => Answer(checkout.Expire(id)));
    }

    private static IResult Answer(CheckoutSession session) => TypedResults.Json(session, StripeJson.Wire.CheckoutSession);
}
