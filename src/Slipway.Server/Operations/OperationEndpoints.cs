using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Server.Access;

namespace Slipway.Server.Operations;

internal static class OperationEndpoints
{
    private const int ListLimit = 200;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Proxies and clients take a silent connection for a dead one.</summary>
    private static readonly TimeSpan SaySomethingEvery = TimeSpan.FromSeconds(20);

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup("/operations").WithTags("operations").RequireScope(Scopes.Read);
        operations.MapGet("/", ListAsync);
        operations.MapGet("/{id}", GetAsync);
        operations.MapGet("/{id}/explain", ExplainAsync);
        operations.MapGet("/{id}/events", FollowAsync);
    }

    private static async Task<Ok<OperationList>> ListAsync(OperationStore store, PlanCatalog plans, string? agent, CancellationToken cancellationToken)
    {
        var operations = await store.ListAsync(agent, ListLimit, cancellationToken);
        return TypedResults.Ok(new OperationList([.. operations.Select(o => Of(o, plans))]));
    }

    private static async Task<Results<Ok<OperationResource>, ProblemHttpResult>> GetAsync(
        string id, OperationStore store, PlanCatalog plans, EvidenceStore evidence, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } operation
            ? TypedResults.Ok(Of(operation, plans) with
            {
                Timeline = [.. (await store.ReadTimelineAsync(id, 0, cancellationToken)).Select(Of)],
                Evidence = await evidence.FindAsync(id, cancellationToken) is { } taken ? new EvidenceResource(taken.At, taken.Text) : null,
            })
            : Problems.NotFound("operation", id);

    private static async Task<Results<Ok<OperationExplanation>, ProblemHttpResult>> ExplainAsync(
        string id, OperationExplainer explainer, CancellationToken cancellationToken) =>
        await explainer.ExplainAsync(id, cancellationToken) is { } explanation ? TypedResults.Ok(Of(explanation)) : Problems.NotFound("operation", id);

    private static async Task<IResult> FollowAsync(
        string id, HttpContext http, OperationStore store, PlanCatalog plans, OperationSignals signals, TimeProvider time, IHostApplicationLifetime host)
    {
        if (await store.FindAsync(id, http.RequestAborted) is null)
        {
            return Problems.NotFound("operation", id);
        }

        _ = long.TryParse(http.Request.Headers["Last-Event-ID"], out var after);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        http.Response.RegisterForDispose(stop);
        return TypedResults.ServerSentEvents(EventsAsync(id, after, store, plans, signals, time, stop.Token));
    }

    /// <summary>What is there already, then what comes: every entry once, in order, until the operation has finished.</summary>
    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        string id, long after, OperationStore store, PlanCatalog plans, OperationSignals signals, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spoke = time.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = signals.NextChangeAsync(id);
            // The row before the timeline: whoever sees the end here then reads everything that led to it.
            var operation = (await store.FindAsync(id, CancellationToken.None))!;
            foreach (var entry in await store.ReadTimelineAsync(id, after, CancellationToken.None))
            {
                (after, spoke) = (entry.Sequence, time.GetUtcNow());
                yield return new SseItem<string>(JsonSerializer.Serialize(Of(entry), SlipwayJson.Default.TimelineEntry), "timeline")
                {
                    EventId = after.ToString(System.Globalization.CultureInfo.InvariantCulture),
                };
            }

            if (operation.Result is not null)
            {
                yield return new SseItem<string>(JsonSerializer.Serialize(Of(operation, plans), SlipwayJson.Default.OperationResource), "finished");
                yield break;
            }

            if (time.GetUtcNow() - spoke >= SaySomethingEvery)
            {
                spoke = time.GetUtcNow();
                yield return new SseItem<string>("", "keep-alive");
            }

            await ((Task)change.WaitAsync(LookAgain, time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static OperationResource Of(Operation operation, PlanCatalog plans) => new()
    {
        Id = operation.Id,
        Plan = operation.Plan,
        Agent = operation.Subject,
        Step = operation.Step,
        Direction = operation.Direction.ToString().ToLowerInvariant(),
        Status = operation.Result?.ToString().ToLowerInvariant() ?? "running",
        Attempt = operation.Attempt,
        DueAt = operation.DueAt,
        DeadlineAt = operation.DeadlineAt,
        CancelReason = operation.CancelReason,
        Error = operation.Error,
        Steps = plans.Get(operation.Plan).Steps,
        CreatedAt = operation.CreatedAt,
        FinishedAt = operation.FinishedAt,
    };

    private static OperationExplanation Of(Explanation explanation) => new()
    {
        Operation = explanation.OperationId,
        Sentences = explanation.Sentences,
        Step = explanation.Step,
        Since = explanation.Since,
        WaitingFor = explanation.WaitingFor,
        NextTryAt = explanation.NextTryAt,
        LastError = explanation.LastError,
        GivesUpAt = explanation.GivesUpAt,
        P50Ms = (long?)explanation.P50?.TotalMilliseconds,
        P95Ms = (long?)explanation.P95?.TotalMilliseconds,
        Samples = explanation.Samples,
    };

    private static Client.TimelineEntry Of(Slipway.Operations.TimelineEntry entry) => new()
    {
        Sequence = entry.Sequence,
        At = entry.At,
        Step = entry.Step,
        Kind = entry.Kind,
        Message = entry.Message,
        DurationMs = entry.DurationMs,
    };
}
