using Slipway.Agents;
using Slipway.Payments;
using Slipway.Payments.Stripe;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Orders;

/// <summary>Takes orders from strangers, and sends them to pay.</summary>
internal sealed partial class OrderDesk(
    OfferCatalog offers, OrderLinks links, AgentLifecycle lifecycle, Checkouts checkouts, AuditTrail audit, Database database, ILogger<OrderDesk> log)
{
    /// <summary>Keeps a checked order with its secrets encrypted. Sent in again, the form is the same order, with what it says now.</summary>
    /// <returns>The agent it is for.</returns>
    public async Task<string> PlaceAsync(HttpContext http, Offer offer, OrderForm form)
    {
        var secrets = form.Secrets.Where(s => s.Value.Length > 0).ToDictionary(s => s.Key, s => new Secret(s.Value), StringComparer.Ordinal);
        var hash = OrderLinks.Hash(form.Key);
        while (true)
        {
            try
            {
                return await database.WriteAsync(async transaction =>
                {
                    if (await Checkouts.FindAgentAsync(transaction, hash) is { } known)
                    {
                        var revised = await lifecycle.ReviseAsync(transaction, known, offer.Blueprint, form.Location, secrets);
                        await audit.WriteAsync(transaction, http, "order.place", known, revised ? "again" : "again, too late to change it");
                        return known;
                    }

                    var agent = await lifecycle.OrderAsync(transaction, offer.Blueprint, null, form.Location, secrets);
                    if (!await checkouts.AddAsync(transaction, agent.Id, hash, offer.StripePrice))
                    {
                        throw new SentTwiceException();
                    }

                    await audit.WriteAsync(transaction, http, "order.place", agent.Id, offer.Blueprint.Name);
                    return agent.Id;
                });
            }
            catch (SentTwiceException)
            {
                // Of two at the same moment the other was first; now it is found.
            }
        }
    }

    /// <summary>Sends a customer to the order's payment page, or to its own page when there is nothing to pay.</summary>
    public async Task<IResult> PayAsync(string agentId, CancellationToken cancellationToken)
    {
        var page = "/orders/" + await links.FindLinkAsync(agentId, cancellationToken);
        try
        {
            var checkout = await checkouts.OpenAsync(agentId, new Uri(offers.PublicUrl, page + "?paid=1"), new Uri(offers.PublicUrl, page), cancellationToken);
            return new SeeOther(checkout switch
            {
                { Status: CheckoutStatus.Open, Url: { } url } => url.AbsoluteUri,
                { Status: CheckoutStatus.Paid } => page + "?paid=1",
                _ => page,
            });
        }
        catch (StripeException e)
        {
            Log.NoCheckout(log, agentId, e.Message);
            return Unavailable(page);
        }
    }

    /// <summary>Stripe did not answer as it should; nothing is lost by trying again.</summary>
    public static Page Unavailable(string page) => new("Not now", Html.Of($"""
        <h1>Not now</h1>
        <p role="alert">The payment service does not answer at the moment. Nothing is lost and nothing was charged.</p>
        <p><a id="back" href="{page}">Go to your order and try again</a></p>
        """)) { Status = StatusCodes.Status503ServiceUnavailable };

    private sealed class SentTwiceException : Exception;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The payment page of order {AgentId} could not be opened; its customer may try again. {Error}")]
        public static partial void NoCheckout(ILogger logger, string agentId, string error);
    }
}

/// <summary>303: the browser follows with GET, so that reloading sends nothing again.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
