namespace Slipway.LocalCloud.Stripe;

internal static class TestClockEndpoints
{
    public static void MapTestClocks(this IEndpointRouteBuilder api)
    {
        var clocks = api.MapGroup("/test_helpers/test_clocks");
        clocks.MapPost("", async (HttpContext context, StripeAccount account) =>
        {
            var form = await StripeForm.ReadAsync(context);
            var frozen = form.Number("frozen_time") ?? throw StripeFault.Required("frozen_time");
            lock (account.Gate)
            {
                var clock = new TestClock(
                    StripeAccount.NewId("clock_", 24), "test_helpers.test_clock", account.Now, frozen, Livemode: false, form.Text("name"), "ready");
                account.TestClocks.Add(clock.Id, clock);
                return Answer(clock);
            }
        });
        clocks.MapGet("", (HttpContext context, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(context.Request.Query, account.TestClocks.Values.Reverse(), c => c.Id, "/v1/test_helpers/test_clocks"),
                    StripeJson.Wire.StripeListTestClock);
            }
        });
        clocks.MapGet("/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return Answer(StripeAccount.Get(account.TestClocks, id, "test_clock"));
            }
        });
        clocks.MapPost("/{id}/advance", async (string id, HttpContext context, StripeAccount account, Billing billing) =>
        {
            var form = await StripeForm.ReadAsync(context);
            var until = form.Number("frozen_time") ?? throw StripeFault.Required("frozen_time");
            lock (account.Gate)
            {
                var clock = StripeAccount.Get(account.TestClocks, id, "test_clock");
                return until < clock.FrozenTime
                    ? throw new StripeFault(400, "Test clocks can only be advanced forward in time.", null, "frozen_time")
                    : Answer(billing.Advance(clock, until));
            }
        });
        clocks.MapDelete("/{id}", (string id, StripeAccount account, Billing billing) =>
        {
            lock (account.Gate)
            {
                var clock = StripeAccount.Get(account.TestClocks, id, "test_clock");
                foreach (var subscription in account.Subscriptions.Values.Where(s => s.TestClock == id && !s.HasEnded).ToList())
                {
                    billing.SetStatus(subscription.Id, "canceled");
                }

                foreach (var customer in account.Customers.Values.Where(c => c.TestClock == id).ToList())
                {
                    account.Customers.Remove(customer.Id);
                }

                account.TestClocks.Remove(id);
                return TypedResults.Json(new StripeDeleted(clock.Id, clock.Object, Deleted: true), StripeJson.Wire.StripeDeleted);
            }
        });
    }

    private static IResult Answer(TestClock clock) => TypedResults.Json(clock, StripeJson.Wire.TestClock);
}
