namespace Slipway.LocalCloud.Stripe;

internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payment_intents/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(StripeAccount.Get(account.PaymentIntents, id, "payment_intent"), StripeJson.Wire.PaymentIntent);
            }
        });
        api.MapGet("/payment_intents", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query, account.PaymentIntents.Values.Reverse().Where(p => StripePage.Wants(query, "customer", p.Customer)), p => p.Id, "/v1/payment_intents"),
                    StripeJson.Wire.StripeListPaymentIntent);
            }
        });
        api.MapPost("/refunds", async (HttpContext context, StripeAccount account, Payments payments) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                return TypedResults.Json(payments.Refund(form), StripeJson.Wire.Refund);
            }
        });
        api.MapGet("/refunds/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(StripeAccount.Get(account.Refunds, id, "refund"), StripeJson.Wire.Refund);
            }
        });
        api.MapGet("/refunds", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query,
                        account.Refunds.Values.Reverse().Where(r => StripePage.Wants(query, "payment_intent", r.PaymentIntent) && StripePage.Wants(query, "charge", r.Charge)),
                        r => r.Id, "/v1/refunds"),
                    StripeJson.Wire.StripeListRefund);
            }
        });
    }
}
