using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Slipway.Tailscale;

/// <summary>One client's traces and measurements. Route templates only: no ids, no texts from answers.</summary>
internal sealed class TailscaleTelemetry : IDisposable
{
    public static readonly ActivitySource Source = new(TailscaleClient.TelemetryName);

    private readonly Meter _meter = new(TailscaleClient.TelemetryName);
    private readonly Histogram<double> _requests;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _retries;

    public TailscaleTelemetry()
    {
        _requests = _meter.CreateHistogram<double>("tailscale.client.request.duration", "s", "How long an attempt of a request took.");
        _inFlight = _meter.CreateUpDownCounter<long>("tailscale.client.active_requests", "{request}", "Requests under way.");
        _retries = _meter.CreateCounter<long>("tailscale.client.retries", "{retry}", "Attempts that were repeated.");
    }

    public static TagList TagsOf(HttpRequestMessage request) =>
        new() { { "http.request.method", request.Method.Method }, { "url.template", request.Options.TryGetValue(Route.Template, out var template) ? template : "unknown" } };

    public void Started(in TagList tags) => _inFlight.Add(1, tags);

    public void Ended(in TagList started, in TagList ended, TimeSpan duration)
    {
        _inFlight.Add(-1, started);
        _requests.Record(duration.TotalSeconds, ended);
    }

    public void Retried(HttpRequestMessage request, string reason)
    {
        var tags = TagsOf(request);
        tags.Add("error.type", reason);
        _retries.Add(1, tags);
    }

    public void Dispose() => _meter.Dispose();
}

/// <summary>Traces and measures each attempt until its whole answer is there.</summary>
internal sealed class TelemetryHandler(TailscaleTelemetry telemetry, TimeProvider time) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var started = TailscaleTelemetry.TagsOf(request);
        var ended = started;
        using var activity = TailscaleTelemetry.Source.StartActivity($"{request.Method} {started[1].Value}", ActivityKind.Client, parentContext: default, started);
        activity?.SetTag("server.address", request.RequestUri?.Host);
        var start = time.GetTimestamp();
        telemetry.Started(started);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            ended.Add("http.response.status_code", status);
            activity?.SetTag("http.response.status_code", status);
            if (!response.IsSuccessStatusCode)
            {
                Fail(activity, ref ended, status.ToString(CultureInfo.InvariantCulture));
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
            telemetry.Ended(started, ended, time.GetElapsedTime(start));
        }
    }

    private static void Fail(Activity? activity, ref TagList tags, string type)
    {
        tags.Add("error.type", type);
        activity?.SetTag("error.type", type);
        activity?.SetStatus(ActivityStatusCode.Error);
    }
}
