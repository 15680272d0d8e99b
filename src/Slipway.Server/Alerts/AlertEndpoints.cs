using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Alerts;
using Slipway.Client;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Alerts;

internal static class AlertEndpoints
{
    private const int ListLimit = 1000;

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/alerts").WithTags("alerts");
        alerts.MapGet("/", ListAsync).RequireScope(Scopes.Read);
        alerts.MapPost("/{id}/ack", AcknowledgeAsync).RequireScope(Scopes.Write);
    }

    private static async Task<Ok<AlertList>> ListAsync(AlertStore store, CancellationToken cancellationToken, bool all = false) =>
        TypedResults.Ok(new AlertList([.. (await store.ListAsync(all, ListLimit, cancellationToken)).Select(Of)]));

    private static async Task<Results<Ok<AlertResource>, ProblemHttpResult>> AcknowledgeAsync(
        string id, HttpContext http, AlertStore store, AuditTrail audit, Database database)
    {
        var alert = await database.WriteAsync(async transaction =>
        {
            await audit.WriteAsync(transaction, http, "alert.ack", id);
            return await store.AcknowledgeAsync(transaction, id, http.User.Identity!.Name!);
        });
        return alert is null ? Problems.NotFound("alert", id) : TypedResults.Ok(Of(alert));
    }

    private static AlertResource Of(Alert alert) => new()
    {
        Id = alert.Id,
        Severity = alert.Severity.ToString().ToLowerInvariant(),
        Subject = alert.Subject,
        What = alert.What,
        WhatToDo = alert.WhatToDo,
        Count = alert.Count,
        FirstAt = alert.FirstAt,
        LastAt = alert.LastAt,
        AcknowledgedBy = alert.AcknowledgedBy,
        AcknowledgedAt = alert.AcknowledgedAt,
        ResolvedAt = alert.ResolvedAt,
    };
}
