using System.Globalization;
using System.Net;

namespace Slipway.LocalCloud.Stripe;

/// <summary>The hosted page the customer is sent to: no card, but buttons for what a card may do.</summary>
internal static class CheckoutPage
{
    public static void MapCheckoutPage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/stripe/checkout/{id}", (string id, Checkout checkout) => Page(checkout.Find(id), ""));
        app.MapPost("/stripe/checkout/{id}", async (string id, HttpContext context, Checkout checkout) =>
        {
            switch ((await StripeForm.ReadAsync(context)).Text("do"))
            {
                case "decline":
                    return Page(checkout.Decline(id), "Your card was declined.");
                case "expire":
                    return Page(checkout.Expire(id), "");
                default:
                    var session = checkout.Pay(id);
                    return new SeeOther((session.SuccessUrl ?? "/").Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal));
            }
        });
    }

    private static IResult Page(CheckoutSession session, string notice) => TypedResults.Content(Render(session, notice), "text/html; charset=utf-8");

    private static string Render(CheckoutSession session, string notice)
    {
        var amount = string.Create(CultureInfo.InvariantCulture, $"{session.AmountTotal / 100m:0.00} {session.Currency.ToUpperInvariant()}");
        var form = session.Status == "open"
            ? $"""
                <form method="post">
                <button type="submit" id="pay">Pay {amount}</button>
                <button type="submit" id="decline" name="do" value="decline">Let the card be declined</button>
                <button type="submit" id="expire" name="do" value="expire">Let the session expire</button>
                </form>
                """
            : $"""<p id="state">This session is {WebUtility.HtmlEncode(session.Status)}.</p>""";
        var told = notice.Length > 0 ? $"""<p id="notice" role="alert">{WebUtility.HtmlEncode(notice)}</p>""" : "";
        var cancel = session.CancelUrl is { } url ? $"""<p><a href="{WebUtility.HtmlEncode(url)}">Cancel</a></p>""" : "";
        return $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Checkout</title></head>
            <body>
            <h1>Checkout</h1>
            <p>{WebUtility.HtmlEncode(string.Join(", ", session.LineItems.Select(i => $"{i.Quantity} × {i.Price.Id}")))}</p>
            {told}
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
