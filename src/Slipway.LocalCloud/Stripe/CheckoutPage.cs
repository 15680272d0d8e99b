using System.Globalization;
using System.Net;

namespace Slipway.LocalCloud.Stripe;

/// <summary>The hosted page the customer is sent to: no card, one button.</summary>
internal static class CheckoutPage
{
    public static void MapCheckoutPage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/stripe/checkout/{id}", (string id, StripeAccount account) =>
            TypedResults.Content(Render(account.Session(id)), "text/html; charset=utf-8"));
        app.MapPost("/stripe/checkout/{id}", (string id, StripeAccount account) =>
        {
            var session = account.Pay(id);
            var target = (session.SuccessUrl ?? "/").Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal);
            return new SeeOther(target);
        });
    }

    private static string Render(CheckoutSession session)
    {
        var amount = (session.AmountTotal / 100m).ToString("0.00", CultureInfo.InvariantCulture);
        var form = session.Status == "open"
            ? $"""<form method="post"><button type="submit" id="pay">Pay {amount} EUR</button></form>"""
            : $"""<p id="state">This session is {WebUtility.HtmlEncode(session.Status)}.</p>""";
        var cancel = session.CancelUrl is { } url ? $"""<p><a href="{WebUtility.HtmlEncode(url)}">Cancel</a></p>""" : "";
        return $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Checkout</title></head>
            <body>
            <h1>Checkout</h1>
            <p>{WebUtility.HtmlEncode(string.Join(", ", session.LineItems.Select(i => $"{i.Quantity} × {i.Price}")))}</p>
            {form}
            {cancel}
            </body>
            </html>
            """;
    }
}

/// <summary>303: the browser follows with GET, so that reloading does not pay again.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = 303;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
