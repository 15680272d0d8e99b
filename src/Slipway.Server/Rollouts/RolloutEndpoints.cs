using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents.Rollouts;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Rollouts;

internal static class RolloutEndpoints
{
    private const int ListLimit = 100;

    public static void MapRollouts(this IEndpointRouteBuilder routes)
    {
        var rollouts = routes.MapGroup("/rollouts").WithTags("rollouts");
        rollouts.MapPost("/", CreateAsync).RequireScope(Scopes.Write);
        rollouts.MapGet("/", ListAsync).RequireScope(Scopes.Read);
        rollouts.MapGet("/{id}", GetAsync).RequireScope(Scopes.Read);
        rollouts.MapPost("/{id}/cancel", CancelAsync).RequireScope(Scopes.Write);
    }

    private static async Task<Results<Accepted<RolloutResource>, ProblemHttpResult>> CreateAsync(
        CreateRolloutRequest request, HttpContext http, RolloutDesk desk, RolloutStore store, BlueprintCatalog catalog, AuditTrail audit, Database database)
    {
        var blueprint = catalog.Get(request.Blueprint);
        if (request.AtOnce is < 1 or > RolloutDesk.MostAtOnce)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "invalid_rollout", $"'atOnce' is from 1 to {RolloutDesk.MostAtOnce}.");
        }

        var wanted = new RolloutRequest(blueprint, request.AtOnce, request.Canary);
        var members = await desk.PlanAsync(wanted, http.RequestAborted);
        var start = await database.WriteAsync(async transaction =>
        {
            var begun = await desk.BeginAsync(transaction, wanted, members);
            await audit.WriteAsync(transaction, http, "rollout.create", begun.Rollout?.Id ?? blueprint.Name, $"{begun.Code ?? "Begun"}: {blueprint.Name} {blueprint.Version}");
            return begun;
        });
        return start.Rollout is { } rollout
            ? TypedResults.Accepted($"/v1/rollouts/{rollout.Id}", await OfAsync(rollout, store, http.RequestAborted))
            : Problems.Of(StatusCodes.Status409Conflict, start.Code!, start.Reason!);
    }

    private static async Task<Ok<RolloutList>> ListAsync(RolloutStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(new RolloutList([.. (await store.ListAsync(ListLimit, cancellationToken)).Select(rollout => Of(rollout, []))]));

    private static async Task<Results<Ok<RolloutResource>, ProblemHttpResult>> GetAsync(string id, RolloutStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } rollout
            ? TypedResults.Ok(await OfAsync(rollout, store, cancellationToken))
            : Problems.NotFound("rollout", id);

    /// <summary>A roll-out that has ended stays as it is.</summary>
    private static async Task<Results<Accepted<RolloutResource>, Ok<RolloutResource>, ProblemHttpResult>> CancelAsync(
        string id, HttpContext http, RolloutDesk desk, RolloutStore store, AuditTrail audit, Database database)
    {
        var rollout = await store.FindAsync(id, http.RequestAborted);
        await database.WriteAsync(async transaction =>
        {
            await (rollout is null ? Task.CompletedTask : desk.CancelAsync(transaction, rollout));
            await audit.WriteAsync(transaction, http, "rollout.cancel", id, rollout?.Status.ToString() ?? "NotFound");
        });
        if (rollout is null)
        {
            return Problems.NotFound("rollout", id);
        }

        var resource = await OfAsync((await store.FindAsync(id, http.RequestAborted))!, store, http.RequestAborted);
        return rollout.Status == RolloutStatus.Running ? TypedResults.Accepted($"/v1/rollouts/{id}", resource) : TypedResults.Ok(resource);
    }

    private static async Task<RolloutResource> OfAsync(Rollout rollout, RolloutStore store, CancellationToken cancellationToken) =>
        Of(rollout, await store.ListAgentsAsync(rollout.Id, cancellationToken));

    private static RolloutResource Of(Rollout rollout, IReadOnlyList<RolloutAgent> agents) => new()
    {
        Id = rollout.Id,
        Blueprint = rollout.BlueprintName,
        BlueprintDigest = rollout.BlueprintDigest,
        Status = rollout.Status.ToString().ToLowerInvariant(),
        AtOnce = rollout.AtOnce,
        Operation = rollout.OperationId,
        Error = rollout.Error,
        Agents = [.. agents.Select(agent => new RolloutAgentResource
        {
            Agent = agent.AgentId,
            Status = agent.Status == RolloutAgentStatus.PutBack ? "put_back" : agent.Status.ToString().ToLowerInvariant(),
            FromDigest = agent.FromDigest,
            Operation = agent.OperationId,
            Note = agent.Note,
        })],
        CreatedAt = rollout.CreatedAt,
        FinishedAt = rollout.FinishedAt,
    };
}
