using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Client;
using Slipway.Machines.Reconcile;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Reconcile;

internal static class ReconcileEndpoints
{
    public static void MapReconcile(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/reconcile", RunAsync).RequireScope(Scopes.Write).WithTags("reconcile");

    private static async Task<Results<Ok<ReconcileReport>, ProblemHttpResult>> RunAsync(
        HttpContext http, ReconcileRound round, AuditTrail audit, Database database, IHostApplicationLifetime host, bool dryRun = false, bool acceptMissing = false)
    {
        // Before, because what a round does is not one transaction: who asked for it is known whatever becomes of it.
        string?[] detail = [dryRun ? "dry run" : null, acceptMissing ? "accept missing" : null];
        await database.WriteAsync(transaction => audit.WriteAsync(transaction, http, "reconcile", "clouds", string.Join(", ", detail.OfType<string>())));

        // Not the caller's token: a round that was begun is finished, and released, also when nobody waits for it any more.
        var report = await round.RunAsync(new RoundRequest(dryRun, acceptMissing), host.ApplicationStopping);
        return report is null
            ? Problems.Of(409, "reconcile_running", "A round is under way already. Ask again in a minute; 'slipway reconcile --dry-run' looks at any time.")
            : TypedResults.Ok(Of(report, dryRun));
    }

    private static ReconcileReport Of(RoundReport report, bool dryRun) => new()
    {
        DryRun = dryRun,
        At = report.At,
        Findings = [.. report.Findings.Select(f => new ReconcileFinding { Resource = f.Resource, Id = f.Id, Name = f.Name, Finding = f.What, Action = f.Action })],
        Unread = report.Unread,
    };
}
