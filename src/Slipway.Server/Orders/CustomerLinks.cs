using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents;
using Slipway.Client;
using Slipway.Payments;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Orders;

/// <summary>For a customer who lost the link, or let somebody see it: an operator gives out another, and those before it open nothing.</summary>
internal static class CustomerLinks
{
    public static async Task<Results<Ok<CustomerLink>, ProblemHttpResult>> ReplaceAsync(
        string id, HttpContext http, AgentStore store, OrderLinks links, OfferCatalog offers, AuditTrail audit, Database database)
    {
        if (await store.FindAsync(id, http.RequestAborted) is null)
        {
            return Problems.NotFound("agent", id);
        }

        var version = await database.WriteAsync(async transaction =>
        {
            var raised = await Checkouts.RaiseLinkVersionAsync(transaction, id);
            await audit.WriteAsync(transaction, http, "agent.link", id, raised is null ? "no customer" : "replaced");
            return raised;
        });
        return version is { } good
            ? TypedResults.Ok(new CustomerLink(new Uri(offers.PublicUrl, "/orders/" + links.LinkTo(id, good)).AbsoluteUri))
            : Problems.Of(StatusCodes.Status409Conflict, "no_customer", $"Agent {id} was not ordered on this server's own page, so there is no customer's page to link to.");
    }
}
