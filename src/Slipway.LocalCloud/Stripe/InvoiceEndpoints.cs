namespace Slipway.LocalCloud.Stripe;

internal static class InvoiceEndpoints
{
    public static void MapInvoices(this IEndpointRouteBuilder api)
    {
        api.MapGet("/invoices", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query,
                        account.Invoices.Values.Reverse().Where(i => StripePage.Wants(query, "customer", i.Customer)
                            && StripePage.Wants(query, "subscription", i.Parent.SubscriptionDetails.Subscription) && StripePage.Wants(query, "status", i.Status)),
                        i => i.Id, "/v1/invoices"),
                    StripeJson.Wire.StripeListInvoice);
            }
        });
        api.MapGet("/invoices/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(StripeAccount.Get(account.Invoices, id, "invoice"), StripeJson.Wire.Invoice);
            }
        });
        api.MapPost("/invoices/{id}/pay", (string id, StripeAccount account, Billing billing) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(billing.Pay(id), StripeJson.Wire.Invoice);
            }
        });
    }
}
