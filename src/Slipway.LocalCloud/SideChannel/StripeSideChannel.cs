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
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.WebhookEndpoint);
            account.WebhookUrl = string.IsNullOrEmpty(wanted.Url)
                ? null
                : Uri.TryCreate(wanted.Url, UriKind.Absolute, out var url)
                    ? url
                    : throw new SideChannelFault(400, $"'{wanted.Url}' is no absolute URL");
            return TypedResults.NoContent();
        });
        stripe.MapPost("/checkout/{id}/pay", (string id, StripeAccount account) =>
            TypedResults.Json(account.Pay(id), StripeJson.Wire.CheckoutSession));
        stripe.MapPost("/subscriptions/{id}/status", async (string id, HttpContext context, StripeAccount account) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetSubscriptionStatus);
            return TypedResults.Json(
                account.SetStatus(id, wanted.Status ?? throw new SideChannelFault(400, "status is missing, e.g. past_due")),
                StripeJson.Wire.Subscription);
        });
        stripe.MapPost("/events/{id}/resend", (string id, StripeAccount account) =>
        {
            account.Resend(id);
            return TypedResults.NoContent();
        });
        stripe.MapGet("/deliveries", (Deliveries deliveries) =>
            TypedResults.Json(new DeliveriesView(deliveries.All), SideChannelJson.Wire.DeliveriesView));
    }
}
