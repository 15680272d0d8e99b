using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Server.Orders;
using Slipway.Storage;

namespace Slipway.Server.Agents;

internal static class AgentEndpoints
{
    private const int ListLimit = 1000;

    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("/agents").WithTags("agents");
        agents.MapPost("/", CreateAsync).RequireScope(Scopes.Write);
        agents.MapGet("/", ListAsync).RequireScope(Scopes.Read);
        agents.MapGet("/{id}", GetAsync).RequireScope(Scopes.Read);
        agents.MapPost("/{id}/secrets", AgentUpkeep.ChangeSecretsAsync).RequireScope(Scopes.Write);
        agents.MapPost("/{id}/update", AgentUpdating.UpdateAsync).RequireScope(Scopes.Write);
        agents.MapPost("/{id}/ssh", AgentUpkeep.OpenShellAsync).RequireScope(Scopes.Shell);
        agents.MapPost("/{id}/link", CustomerLinks.ReplaceAsync).RequireScope(Scopes.Write);
        agents.MapGet("/{id}/logs", AgentUpkeep.ReadLogAsync).RequireScope(Scopes.Read);
        agents.MapMaintenance();
        agents.MapWish("stop", (lifecycle, transaction, id) => lifecycle.StopAsync(transaction, id));
        agents.MapWish("start", (lifecycle, transaction, id) => lifecycle.StartAsync(transaction, id));
        agents.MapWish("destroy", (lifecycle, transaction, id) => lifecycle.DestroyAsync(transaction, id));
        agents.MapWish("retry", (lifecycle, transaction, id) => lifecycle.RetryAsync(transaction, id));
    }

    private static async Task<Results<Created<AgentResource>, ProblemHttpResult>> CreateAsync(
        CreateAgentRequest request, HttpContext http, BlueprintCatalog catalog, AgentLifecycle lifecycle, AgentStore store, AgentView view,
        AuditTrail audit, Database database)
    {
        if (Refuse(request, catalog, http) is { } refusal)
        {
            return refusal;
        }

        var blueprint = catalog.Get(request.Blueprint);
        var secrets = request.Secrets.Where(s => !string.IsNullOrEmpty(s.Value)).ToDictionary(s => s.Key, s => new Secret(s.Value), StringComparer.Ordinal);
        var id = await database.WriteAsync(async transaction =>
        {
            var agent = await lifecycle.OrderAsync(transaction, blueprint, request.Name, request.Location, secrets);
            if (request.WithoutPayment)
            {
                await lifecycle.GrantAsync(transaction, agent.Id);
            }

            await audit.WriteAsync(transaction, http, request.WithoutPayment ? "agent.grant" : "agent.create", agent.Id, blueprint.Name);
            return agent.Id;
        });
        var resource = await view.OfAsync((await store.FindAsync(id))!, http.RequestAborted);
        return TypedResults.Created($"/v1/agents/{id}", resource);
    }

    private static async Task<Ok<AgentList>> ListAsync(AgentStore store, AgentView view, CancellationToken cancellationToken) =>
        TypedResults.Ok(new AgentList(await view.OfAsync(await store.ListAsync(ListLimit, cancellationToken), cancellationToken)));

    private static async Task<Results<Ok<AgentResource>, ProblemHttpResult>> GetAsync(
        string id, AgentStore store, AgentView view, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } agent
            ? TypedResults.Ok(await view.OfAsync(agent, cancellationToken))
            : Problems.NotFound("agent", id);

    private static void MapWish(this IEndpointRouteBuilder agents, string verb, Func<AgentLifecycle, Transaction, string, Task<WishResult>> wish) =>
        agents.MapPost(
            "/{id}/" + verb,
            async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> (
                string id, HttpContext http, AgentLifecycle lifecycle, AgentStore store, AgentView view, AuditTrail audit, Database database) =>
            {
                var result = await database.WriteAsync(async transaction =>
                {
                    var wished = await wish(lifecycle, transaction, id);
                    await audit.WriteAsync(transaction, http, $"agent.{verb}", id, wished.Outcome.ToString());
                    return wished;
                });
                switch (result.Outcome)
                {
                    case WishOutcome.NotFound:
                        return Problems.NotFound("agent", id);
                    case WishOutcome.Refused:
                        return Problems.Of(StatusCodes.Status409Conflict, $"cannot_{verb}", result.Reason!);
                    default:
                        var resource = await view.OfAsync((await store.FindAsync(id))!, http.RequestAborted);
                        return resource.Busy ? TypedResults.Accepted($"/v1/agents/{id}", resource) : TypedResults.Ok(resource);
                }
            }).RequireScope(Scopes.Write);

    private static ProblemHttpResult? Refuse(CreateAgentRequest request, BlueprintCatalog catalog, HttpContext http)
    {
        if (request.WithoutPayment && !http.User.HasClaim("scope", Scopes.Grant))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "forbidden", $"Provisioning without a payment needs a token with the scope '{Scopes.Grant}'.");
        }

        if (!catalog.Names.Contains(request.Blueprint))
        {
            return Problems.Of(
                StatusCodes.Status404NotFound, "blueprint_not_found", $"There is no blueprint '{request.Blueprint}'. There are: {string.Join(", ", catalog.Names)}.");
        }

        var blueprint = catalog.Get(request.Blueprint);
        var errors = blueprint.ValidateSecrets(request.Secrets)
            .GroupBy(p => $"secrets.{p.Name}", p => p.Message, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        if (request.Location is { } location && !blueprint.Machine.Locations.Contains(location, StringComparer.Ordinal))
        {
            errors["location"] = [$"'{location}' is not a location of this blueprint. It has: {string.Join(", ", blueprint.Machine.Locations)}."];
        }

        if (request.Name is { Length: > 100 })
        {
            errors["name"] = ["A name has at most 100 characters."];
        }

        return errors.Count == 0 ? null : Problems.Of(
            StatusCodes.Status422UnprocessableEntity,
            "invalid_order",
            string.Join(" ", errors.SelectMany(e => e.Value)),
            errors);
    }
}
