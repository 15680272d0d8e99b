using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Machines.Snapshots;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Agents;

/// <summary>What an operator has done to an agent's machine: snapshots, another size, a new disk.</summary>
internal static class MaintenanceEndpoints
{
    private const int LongestDescription = 200;
    private const int LongestType = 40;

    public static void MapMaintenance(this IEndpointRouteBuilder agents)
    {
        agents.MapGet("/{id}/snapshots", ListSnapshotsAsync).RequireScope(Scopes.Read);
        agents.MapPost("/{id}/snapshots", TakeSnapshotAsync).RequireScope(Scopes.Write);
        agents.MapDelete("/{id}/snapshots/{snapshot}", DeleteSnapshotAsync).RequireScope(Scopes.Write);
        agents.MapPost("/{id}/resize", ResizeAsync).RequireScope(Scopes.Write);
        agents.MapPost("/{id}/rebuild", RebuildAsync).RequireScope(Scopes.Write);
    }

    private static async Task<Results<Ok<SnapshotList>, ProblemHttpResult>> ListSnapshotsAsync(
        string id, AgentStore store, SnapshotStore snapshots, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound("agent", id)
            : TypedResults.Ok(new SnapshotList([.. (await snapshots.ListAsync(id, cancellationToken)).Select(Of)]));

    private static async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> TakeSnapshotAsync(
        string id, TakeSnapshotRequest request, HttpContext http, AgentMaintenance maintenance, AgentView view, AuditTrail audit, Database database, TimeProvider time)
    {
        if (request.Description is { Length: > LongestDescription } || request.Description?.Any(char.IsControl) == true)
        {
            return Invalid("description", $"A description has at most {LongestDescription} characters, none of them a control character.");
        }

        var order = new SnapshotOrder
        {
            Description = string.IsNullOrWhiteSpace(request.Description)
                ? string.Create(CultureInfo.InvariantCulture, $"{id} {time.GetUtcNow():yyyy-MM-dd HH:mm}")
                : request.Description.Trim(),
            Kept = request.Keep,
        };
        return await AnswerAsync(
            id, "snapshot", request.Keep ? "kept" : null, http, view, audit, database, transaction => maintenance.SnapshotAsync(transaction, id, order));
    }

    private static async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> DeleteSnapshotAsync(
        string id, string snapshot, HttpContext http, SnapshotStore snapshots, AgentMaintenance maintenance, AgentView view, AuditTrail audit, Database database)
    {
        var known = (await snapshots.ListAsync(id, http.RequestAborted)).FirstOrDefault(s => s.ImageId?.ToString(CultureInfo.InvariantCulture) == snapshot);
        var answer = await AnswerAsync(
            id, "snapshot.delete", known is null ? null : snapshot, http, view, audit, database,
            transaction => known?.ImageId is { } image
                ? maintenance.DeleteSnapshotAsync(transaction, id, image)
                : Task.FromResult(new WishResult(WishOutcome.NotFound)));
        return known is null ? Problems.NotFound("snapshot", snapshot) : answer;
    }

    private static async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> ResizeAsync(
        string id, ResizeAgentRequest request, HttpContext http, AgentStore store, MachineStore machines, AgentMaintenance maintenance, AgentView view,
        AuditTrail audit, Database database)
    {
        if (request.ServerType.Length is 0 or > LongestType || !request.ServerType.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            return Invalid("serverType", "A server type is a name such as cx33.");
        }

        // It has that type already, and nothing is to be done for its disk.
        var isSo = !request.UpgradeDisk && await machines.FindAsync(id, http.RequestAborted) is { Status: MachineStatus.Running or MachineStatus.Stopped } machine
            && machine.ServerType == request.ServerType;
        var agent = isSo ? await store.FindAsync(id, http.RequestAborted) : null;
        return await AnswerAsync(
            id, "resize", request.UpgradeDisk ? request.ServerType + " with its disk" : request.ServerType, http, view, audit, database,
            transaction => agent is not null
                ? Task.FromResult(new WishResult(WishOutcome.AlreadySo, agent))
                : maintenance.ResizeAsync(transaction, id, request.ServerType, request.UpgradeDisk));
    }

    private static Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> RebuildAsync(
        string id, HttpContext http, AgentMaintenance maintenance, AgentView view, AuditTrail audit, Database database) =>
        AnswerAsync(id, "rebuild", null, http, view, audit, database, transaction => maintenance.RebuildAsync(transaction, id));

    private static async Task<Results<Accepted<AgentResource>, Ok<AgentResource>, ProblemHttpResult>> AnswerAsync(
        string id, string verb, string? detail, HttpContext http, AgentView view, AuditTrail audit, Database database, Func<Transaction, Task<WishResult>> wish)
    {
        var result = await database.WriteAsync(async transaction =>
        {
            var wished = await wish(transaction);
            await audit.WriteAsync(transaction, http, $"agent.{verb}", id, detail is null ? wished.Outcome.ToString() : $"{wished.Outcome}: {detail}");
            return wished;
        });
        return result.Outcome switch
        {
            WishOutcome.NotFound => Problems.NotFound("agent", id),
            WishOutcome.Refused => Problems.Of(StatusCodes.Status409Conflict, $"cannot_{verb.Replace('.', '_')}", result.Reason!),
            WishOutcome.AlreadySo => TypedResults.Ok(await view.OfAsync(result.Agent!, http.RequestAborted)),
            _ => TypedResults.Accepted($"/v1/agents/{id}", await view.OfAsync(result.Agent!, http.RequestAborted)),
        };
    }

    private static ProblemHttpResult Invalid(string field, string problem) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "invalid_order", problem, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [problem] });

    private static SnapshotResource Of(Snapshot snapshot) => new()
    {
        Id = snapshot.ImageId,
        Status = snapshot.Status,
        Description = snapshot.Description,
        Keep = snapshot.Kept == 1,
        SizeMb = snapshot.SizeMb,
        Operation = snapshot.OperationId,
        CreatedAt = snapshot.CreatedAt,
    };
}
