using System.Diagnostics;

namespace Slipway.Hetzner.Http;

/// <summary>Traces and measures each attempt, from when it leaves the queue for the quota until its whole answer is there.</summary>
internal sealed class TelemetryHandler(HetznerTelemetry telemetry, TimeProvider timeProvider) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = RequestContext.Of(request);
        var started = context.Tags;
        var ended = started;
        using var activity = HetznerTelemetry.Source.StartActivity(context.Endpoint, ActivityKind.Client, parentContext: default, started);
        activity?.SetTag("server.address", request.RequestUri?.Host);
        if (context.Attempt > 1)
        {
            activity?.SetTag("http.request.resend_count", context.Attempt - 1);
        }

        var start = timeProvider.GetTimestamp();
        telemetry.Started(started);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            ended.Add("http.response.status_code", status);
            activity?.SetTag("http.response.status_code", status);
            activity?.SetTag("hetzner.correlation_id", response.Headers.TryGetValues("X-Correlation-Id", out var ids) ? ids.FirstOrDefault() : null);
            if (!response.IsSuccessStatusCode)
            {
                Fail(activity, ref ended, status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return response;
        }
        catch (Exception e)
        {
            // The type only: a message can quote what must not be shown.
            Fail(activity, ref ended, e.GetType().FullName!);
            throw;
        }
        finally
        {
            telemetry.Ended(started, ended, timeProvider.GetElapsedTime(start));
        }
    }

    private static void Fail(Activity? activity, ref TagList tags, string type)
    {
        tags.Add("error.type", type);
        activity?.SetTag("error.type", type);
        activity?.SetStatus(ActivityStatusCode.Error);
    }
}
