using System.Net.Http.Headers;
using System.Text;

namespace Slipway.LocalCloud.Stripe;

internal static class StripeEndpoints
{
    public static void AddStripe(this IServiceCollection services) => services
        .AddSingleton<Deliveries>().AddSingleton<StripeAccount>().AddSingleton<Payments>().AddSingleton<Billing>().AddSingleton<Catalogue>()
        .AddSingleton<Checkout>().AddSingleton<IdempotencyKeys>();

    public static void MapStripe(this IEndpointRouteBuilder app)
    {
        app.MapCheckoutPage();
        var api = app.MapGroup("/stripe/v1").AddEndpointFilter(async (context, next) =>
        {
            Authorize(context.HttpContext);
            return await next(context);
        });
        api.MapCheckout();
        api.MapCustomers();
        api.MapCatalogue();
        api.MapSubscriptions();
        api.MapInvoices();
        api.MapPayments();
        api.MapTestClocks();
        api.MapEvents();
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
}
