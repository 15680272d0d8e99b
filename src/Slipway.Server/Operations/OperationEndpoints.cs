using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Client;
using Slipway.Operations;
using Slipway.Server.Access;

namespace Slipway.Server.Operations;

internal static class OperationEndpoints
{
    private const int ListLimit = 200;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup("/operations").WithTags("operations").RequireScope(Scopes.Read);
        operations.MapGet("/", ListAsync);
        operations.MapGet("/{id}", GetAsync);
        operations.MapGet("/{id}/events", FollowAsync);
    }

    private static async Task<Ok<OperationList>> ListAsync(OperationStore store, PlanCatalog plans, string? agent, CancellationToken cancellationToken)
    {
        var operations = await store.ListAsync(agent, ListLimit, cancellationToken);
        return TypedResults.Ok(new OperationList([.. operations.Select(o => Of(o, plans))]));
    }

    private static async Task<Results<Ok<OperationResource>, ProblemHttpResult>> GetAsync(
        string id, OperationStore store, PlanCatalog plans, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } operation
            ? TypedResults.Ok(Of(operation, plans) with { Timeline = [.. (await store.ReadTimelineAsync(id, 0, cancellationToken)).Select(Of)] })
            : Problems.NotFound("operation", id);

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
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = signals.NextChangeAsync(id);
            // The row before the timeline: whoever sees the end here then reads everything that led to it.
            var operation = (await store.FindAsync(id, CancellationToken.None))!;
            foreach (var entry in await store.ReadTimelineAsync(id, after, CancellationToken.None))
            {
                after = entry.Sequence;
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
