namespace Slipway.LocalCloud.Stripe;

internal static class SubscriptionEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder api)
    {
        api.MapPost("/subscriptions", async (HttpContext context, StripeAccount account, Catalogue catalogue, Billing billing) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                var customer = StripeAccount.Get(account.Customers, form.Required("customer"), "customer", "customer");
                var line = new LineItem(catalogue.PriceOf(form, "items[0]"), form.Number("items[0][quantity]") ?? 1);
                return Answer(billing.Subscribe(customer.Id, [line], form.Number("trial_period_days") ?? 0, form.Map("metadata")));
            }
        });
        api.MapGet("/subscriptions", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(query, account.Subscriptions.Values.Reverse().Where(s => Wanted(query, s)), s => s.Id, "/v1/subscriptions"),
                    StripeJson.Wire.StripeListSubscription);
            }
        });
        api.MapGet("/subscriptions/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return Answer(StripeAccount.Get(account.Subscriptions, id, "subscription"));
            }
        });
        api.MapPost("/subscriptions/{id}", async (string id, HttpContext context, StripeAccount account, Billing billing) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                var subscription = StripeAccount.Get(account.Subscriptions, id, "subscription");
                if (subscription.HasEnded)
                {
                    throw new StripeFault(400, "A canceled subscription can only update its cancellation_details and metadata.", "resource_missing");
                }

                subscription = subscription with { Metadata = form.Merge("metadata", subscription.Metadata) };
                if (form.Flag("cancel_at_period_end") is { } atEnd)
                {
                    subscription = subscription with
                    {
                        CancelAtPeriodEnd = atEnd,
                        CancelAt = atEnd ? subscription.PeriodEnd : null,
                        CanceledAt = atEnd ? account.NowOf(subscription.Customer) : null,
                    };
                }

                return Answer(billing.Keep(subscription, "customer.subscription.updated"));
            }
        });
        api.MapDelete("/subscriptions/{id}", (string id, StripeAccount account, Billing billing) =>
        {
            lock (account.Gate)
            {
                return StripeAccount.Get(account.Subscriptions, id, "subscription").HasEnded
                    ? throw StripeFault.Missing("subscription", id)
                    : Answer(billing.SetStatus(id, "canceled"));
            }
        });
    }

    /// <summary>Cancelled ones are listed only when they are asked for.</summary>
    private static bool Wanted(IQueryCollection query, Subscription subscription) =>
        StripePage.Wants(query, "customer", subscription.Customer)
        && (query["price"] is not [{ } price, ..] || subscription.Items.Data.Any(i => i.Price.Id == price))
        && query["status"] switch
        {
            ["all", ..] => true,
            ["ended", ..] => subscription.HasEnded,
            [{ } status, ..] => subscription.Status == status,
            _ => subscription.Status != "canceled",
        };

    private static IResult Answer(Subscription subscription) => TypedResults.Json(subscription, StripeJson.Wire.Subscription);
}
