using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Agents;

/// <summary>Brings the version of its blueprint that is offered now to one agent.</summary>
internal static class AgentUpdating
{
    public static async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> UpdateAsync(
        string id, UpdateAgentRequest request, HttpContext http, AgentStore store, AgentUpdates updates, BlueprintCatalog catalog, AgentView view, AuditTrail audit, Database database)
    {
        if (await store.FindAsync(id, http.RequestAborted) is not { } agent)
        {
            return Problems.NotFound("agent", id);
        }

        if (!catalog.TryGet(agent.BlueprintName, out var blueprint))
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, "cannot_update", $"Agent {id} is of blueprint '{agent.BlueprintName}', which is not offered any more: there is no version to update it to.");
        }

        var values = request.Secrets.ToDictionary(s => s.Key, s => new Secret(s.Value ?? ""), StringComparer.Ordinal);
        if (Refuse(agent, blueprint, await updates.ObjectionsAsync(agent, blueprint, values, http.RequestAborted)) is { } refusal)
        {
            return refusal;
        }

        var result = await database.WriteAsync(async transaction =>
        {
            var begun = await updates.BeginAsync(transaction, id, blueprint, values);
            await audit.WriteAsync(transaction, http, "agent.update", id, $"{begun.Outcome}: {blueprint.Name} {blueprint.Version}");
            return begun;
        });
        return result.Outcome switch
        {
            UpdateOutcome.Begun => TypedResults.Accepted($"/v1/agents/{id}", await view.OfAsync(result.Agent!, http.RequestAborted)),
            UpdateOutcome.AlreadySo => TypedResults.Ok(await view.OfAsync(result.Agent!, http.RequestAborted)),
            UpdateOutcome.NotFound => Problems.NotFound("agent", id),
            _ => Problems.Of(StatusCodes.Status409Conflict, "cannot_update", result.Reason!),
        };
    }

    private static ProblemHttpResult? Refuse(Agent agent, Blueprint blueprint, UpdateObjections objections) => objections switch
    {
        { Rebuild.Count: > 0 } => Problems.Of(
            StatusCodes.Status409Conflict,
            "needs_rebuild",
            $"Agent {agent.Id} cannot be updated in place to version {blueprint.Version} of '{blueprint.Name}': {string.Join(", ", objections.Rebuild)}. Only a machine made anew can have that."),
        { Secrets.Count: > 0 } => Problems.Of(
            StatusCodes.Status422UnprocessableEntity,
            "invalid_secrets",
            $"Version {blueprint.Version} of '{blueprint.Name}' does not fit the secrets of {agent.Id}; give it what it asks for with the update. {string.Join(" ", objections.Secrets.Select(p => p.Message))}",
            objections.Secrets.GroupBy(p => $"secrets.{p.Name}", p => p.Message, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal)),
        _ => null,
    };
}
