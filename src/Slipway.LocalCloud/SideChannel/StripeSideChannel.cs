using Slipway.LocalCloud.Stripe;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>Paying, failing to pay and receiving webhooks, without a browser.</summary>
internal static class StripeSideChannel
{
    public static void MapStripeSideChannel(this IEndpointRouteBuilder local)
    {
        var stripe = local.MapGroup("/stripe");
        stripe.MapPost("/webhook-endpoint", async (HttpContext context, StripeAccount account) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetWebhookEndpoint);
            if (!string.IsNullOrEmpty(wanted.Url) && !Uri.TryCreate(wanted.Url, UriKind.Absolute, out _))
            {
                throw new SideChannelFault(400, $"'{wanted.Url}' is no absolute URL");
            }

            account.SendTo(wanted.Url, wanted.EnabledEvents);
            return TypedResults.NoContent();
        });
        stripe.MapPost("/checkout/{id}/pay", (string id, Checkout checkout) => TypedResults.Json(checkout.Pay(id), StripeJson.Wire.CheckoutSession));
        stripe.MapPost("/checkout/{id}/decline", (string id, Checkout checkout) => TypedResults.Json(checkout.Decline(id), StripeJson.Wire.CheckoutSession));
        stripe.MapPost("/checkout/{id}/expire", (string id, Checkout checkout) => TypedResults.Json(checkout.Expire(id), StripeJson.Wire.CheckoutSession));
        stripe.MapPost("/customers/{id}/card", async (string id, HttpContext context, StripeAccount account) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetCard);
            lock (account.Gate)
            {
                account.Customers[id] = StripeAccount.Get(account.Customers, id, "customer") with { Declines = wanted.Declines };
                return TypedResults.NoContent();
            }
        });
        stripe.MapPost("/subscriptions/{id}/status", async (string id, HttpContext context, StripeAccount account, Billing billing) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetSubscriptionStatus);
            lock (account.Gate)
            {
                return TypedResults.Json(
                    billing.SetStatus(id, wanted.Status ?? throw new SideChannelFault(400, "status is missing, e.g. past_due")),
                    StripeJson.Wire.Subscription);
            }
        });
        stripe.MapPost("/billing", async (HttpContext context, Billing billing) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetBilling);
            billing.AfterLastRetry = wanted.AfterLastRetry is "canceled" or "unpaid" or "past_due"
                ? wanted.AfterLastRetry
                : throw new SideChannelFault(400, $"after_last_retry is '{wanted.AfterLastRetry}'; use canceled, unpaid or past_due");
            return TypedResults.NoContent();
        });
        stripe.MapPost("/events/{id}/resend", (string id, StripeAccount account) =>
        {
            account.Resend(id);
            return TypedResults.NoContent();
        });
        stripe.MapGet("/deliveries", (Deliveries deliveries) =>
            TypedResults.Json(new DeliveriesView(deliveries.All), SideChannelJson.Wire.DeliveriesView));
        stripe.MapPost("/deliveries", async (HttpContext context, Deliveries deliveries) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetDeliveries);
            deliveries.Waits = wanted.RetrySeconds is { } seconds && seconds.All(s => s > 0)
                ? seconds.Select(s => TimeSpan.FromSeconds(s)).ToList()
                : throw new SideChannelFault(400, "retry_seconds is missing: give the seconds before each retry, e.g. [1,2,4]");
            return TypedResults.NoContent();
        });
    }
}
