namespace Slipway.LocalCloud.Stripe;

internal static class CustomerEndpoints
{
    public static void MapCustomers(this IEndpointRouteBuilder api)
    {
        api.MapPost("/customers", async (HttpContext context, StripeAccount account) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                var clock = form.Text("test_clock");
                var customer = Changed(
                    new Customer
                    {
                        Id = StripeAccount.NewId("cus_", 14),
                        Created = clock is null ? account.Now : StripeAccount.Get(account.TestClocks, clock, "test_clock", "test_clock").FrozenTime,
                        Metadata = new Dictionary<string, string>(),
                        TestClock = clock,
                    },
                    form);
                return Keep(account, customer, "customer.created");
            }
        });
        api.MapGet("/customers", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query,
                        account.Customers.Values.Reverse().Where(c => StripePage.Wants(query, "email", c.Email) && StripePage.Wants(query, "test_clock", c.TestClock)),
                        c => c.Id, "/v1/customers"),
                    StripeJson.Wire.StripeListCustomer);
            }
        });
        api.MapGet("/customers/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return Answer(StripeAccount.Get(account.Customers, id, "customer"));
            }
        });
        api.MapPost("/customers/{id}", async (string id, HttpContext context, StripeAccount account) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                return Keep(account, Changed(StripeAccount.Get(account.Customers, id, "customer"), form), "customer.updated");
            }
        });
        api.MapDelete("/customers/{id}", (string id, StripeAccount account, Billing billing) =>
        {
            lock (account.Gate)
            {
                var customer = StripeAccount.Get(account.Customers, id, "customer");
                foreach (var subscription in account.Subscriptions.Values.Where(s => s.Customer == id && !s.HasEnded).ToList())
                {
                    billing.SetStatus(subscription.Id, "canceled");
                }

                account.Tell("customer.deleted", customer, StripeJson.Wire.Customer, id);
                account.Customers.Remove(id);
                return TypedResults.Json(new StripeDeleted(id, "customer", Deleted: true), StripeJson.Wire.StripeDeleted);
            }
        });
    }

    private static Customer Changed(Customer customer, StripeForm form) => customer with
    {
        Email = form.Text("email") ?? customer.Email,
        Name = form.Text("name") ?? customer.Name,
        Description = form.Text("description") ?? customer.Description,
        Metadata = form.Merge("metadata", customer.Metadata),
    };

    private static IResult Keep(StripeAccount account, Customer customer, string happened)
    {
        account.Customers[customer.Id] = customer;
        account.Tell(happened, customer, StripeJson.Wire.Customer, customer.Id);
        return Answer(customer);
    }

    private static IResult Answer(Customer customer) => TypedResults.Json(customer, StripeJson.Wire.Customer);
}
