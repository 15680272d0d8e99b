using System.Security.Claims;
using Slipway.Server.Access;

namespace Slipway.Server.Orders;

/// <summary>The pages that strangers see. Who may do what is said by a link only they have; where there is none yet, there is nothing to protect but our patience.</summary>
internal static partial class OrderEndpoints
{
    private static readonly ClaimsPrincipal Customer = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "customer")], "link"));

    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        Page.MapAssets(routes);
        var pages = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription().AddEndpointFilter(GuardAsync).AddEndpointFilter<AuditFilter>();
        pages.MapGet("/order/{blueprint}", Show).RequireRateLimiting(RateLimits.Looks);
        pages.MapPost("/order/{blueprint}", PlaceAsync).RequireRateLimiting(RateLimits.Changes);
        pages.MapCustomers();
    }

    private static Page Show(string blueprint, OfferCatalog offers, OrderLinks links) =>
        offers.Find(blueprint) is { } offer ? OrderPage.Of(offer, offers, links.NewForm(blueprint)) : Page.NotFound;

    private static async Task<IResult> PlaceAsync(string blueprint, HttpContext http, OfferCatalog offers, OrderLinks links, OrderDesk desk)
    {
        if (offers.Find(blueprint) is not { } offer)
        {
            return Page.NotFound;
        }

        var (form, refusal) = await OrderForm.ReadAsync(http.Request, http.RequestAborted);
        if (form is null)
        {
            return refusal!;
        }

        if (!links.IsForm(blueprint, form.Key))
        {
            return OrderPage.Of(offer, offers, links.NewForm(blueprint), form, notice: "This form was open for too long, or is not ours. Here is a new one.");
        }

        if (form.Check(offer.Blueprint) is { Count: > 0 } wrong)
        {
            return OrderPage.Of(offer, offers, form.Key, form, wrong);
        }

        return await desk.PayAsync(await desk.PlaceAsync(http, offer, form), http.RequestAborted);
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        Page.Guard(http.Response, http.RequestServices.GetRequiredService<OfferCatalog>().CheckoutOrigin);
        // For the audit; an operator's token means nothing here.
        http.User = Customer;
        try
        {
            return await next(context);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Whoever has a browser gets a page, and none of our words. The address is not logged: it is a key.
            Log.Broke(http.RequestServices.GetRequiredService<ILogger<OrderDesk>>(), e, http.GetEndpoint()?.DisplayName);
            return Page.Broken;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "A customer's page could not be made: {Page}")]
        public static partial void Broke(ILogger logger, Exception exception, string? page);
    }
}
