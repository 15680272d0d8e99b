using System.Text.Json;
using Slipway.Client;
using Slipway.Machines.Workflows;
using Slipway.Secrets;

namespace Slipway.Server.Machines;

/// <summary>What workflow runs at GitHub say. The signature is the authorisation; without it nobody learns anything, not even whether a job exists.</summary>
internal static class WorkflowEndpoints
{
    private const int MaximumBody = 16 * 1024;

    public static void MapWorkflows(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/callbacks/github", ReceiveAsync).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> ReceiveAsync(HttpRequest request, GitHubSettings settings, RunIdentity identity, RunnerReports reports, CancellationToken cancellationToken)
    {
        if (await RawBody.ReadAsync(request, MaximumBody, cancellationToken) is not { } body)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"A report has at most {MaximumBody / 1024} KiB.");
        }

        if (!WorkflowSignature.IsValid(body, request.Headers[WorkflowSignature.Header], settings.CallbackSecrets))
        {
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "bad_signature", $"{WorkflowSignature.Header} is missing or wrong: sign the raw body with GITHUB_CALLBACK_SECRET.");
        }

        if (!request.HasJsonContentType())
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "A report is application/json.");
        }

        if (Read(body) is not { } report)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", "The body is not a report: it needs status, job_id, run_id, delivery and sent_at.");
        }

        if (!await identity.IsProvenAsync(report, cancellationToken))
        {
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "not_proven", "The run did not prove that it is the one it names: it needs a token of GitHub's for this address and job. See the server's log.");
        }

        var (outcome, job) = await reports.TakeAsync(report, cancellationToken);
        return outcome switch
        {
            RunnerReportOutcome.Taken => await AnswerAsync(report, job!, reports, cancellationToken),
            RunnerReportOutcome.Stale => Problems.Of(StatusCodes.Status400BadRequest, "stale", "The report was signed more than five minutes ago, or in the future: look at the clocks."),
            RunnerReportOutcome.Replayed => Problems.Of(StatusCodes.Status409Conflict, "replayed", "This report was heard before."),
            _ => Problems.Of(StatusCodes.Status404NotFound, "not_expected", "No job is expected to report that here."),
        };
    }

    private static async Task<IResult> AnswerAsync(RunnerReport report, WorkflowJob job, RunnerReports reports, CancellationToken cancellationToken)
    {
        switch (report.Status)
        {
            case "claim":
                var told = await reports.DescribeAsync(job, cancellationToken);
                var tailnet = told.Tailnet is { } t ? new WorkflowTailnet(t.Hostname, t.Tag, t.Ephemeral, t.KeyDescription) : null;
                return TypedResults.Json(new WorkflowJobResource(told.Id, told.Subject, told.Region, tailnet), WorkflowJson.Default.WorkflowJobResource);
            case "keyed":
                var server = await reports.OrderAsync(job, report.AuthKey, cancellationToken);
                return TypedResults.Json(
                    new WorkflowServer
                    {
                        Name = server.Name,
                        ServerType = server.ServerType,
                        Image = server.Image,
                        Locations = server.Locations,
                        Labels = server.Labels,
                        Firewalls = server.Firewalls,
                        UserData = server.UserData,
                    },
                    WorkflowJson.Default.WorkflowServer);
            default:
                return TypedResults.NoContent();
        }
    }

    private static RunnerReport? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WorkflowJson.Default.WorkflowReport) is { Status: not null, JobId.Length: > 0 and <= 64, Delivery.Length: >= 16 and <= 64 } wire
                && wire.SentAt is > 0 and < 253_402_300_799
                ? new RunnerReport(wire.Status, wire.JobId, wire.RunId, wire.Delivery, DateTimeOffset.FromUnixTimeSeconds(wire.SentAt))
                {
                    IdToken = wire.IdToken is null ? null : new Secret(wire.IdToken),
                    AuthKeyId = wire.AuthKeyId,
                    AuthKey = wire.AuthKey is null ? null : new Secret(wire.AuthKey),
                    ServerId = wire.ServerId,
                    FailedStep = wire.FailedStep,
                    Error = wire.Error,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
