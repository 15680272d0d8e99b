using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Slipway.Hetzner.Http;

/// <summary>One client's traces and measurements. Route templates and codes only: no ids, no addresses with ids, no texts from answers.</summary>
internal sealed class HetznerTelemetry : IDisposable
{
    public static readonly ActivitySource Source = new(HetznerClient.TelemetryName, AuthorizationHandler.Version);

    private readonly Meter _meter = new(HetznerClient.TelemetryName, AuthorizationHandler.Version);
    private readonly Histogram<double> _requests;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _quotaWaits;
    private readonly Histogram<double> _actionWaits;

    public HetznerTelemetry(RequestBudget budget)
    {
        _requests = _meter.CreateHistogram<double>("hetzner.client.request.duration", "s", "How long an attempt of a request took, without waiting for the quota.");
        _inFlight = _meter.CreateUpDownCounter<long>("hetzner.client.active_requests", "{request}", "Requests under way.");
        _retries = _meter.CreateCounter<long>("hetzner.client.retries", "{retry}", "Attempts that were repeated.");
        _quotaWaits = _meter.CreateHistogram<double>("hetzner.client.quota.wait.duration", "s", "How long a request waited for the project's quota.");
        _actionWaits = _meter.CreateHistogram<double>("hetzner.client.action.wait.duration", "s", "How long a wait for an action took.");
        _meter.CreateObservableGauge("hetzner.client.quota.remaining", () => budget.Remaining, "{request}", "Requests that can be sent now.");
        _meter.CreateObservableGauge("hetzner.client.quota.limit", () => budget.Limit, "{request}", "Requests per hour.");
    }

    public void Started(in TagList tags) => _inFlight.Add(1, tags);

    public void Ended(in TagList started, in TagList ended, TimeSpan duration)
    {
        _inFlight.Add(-1, started);
        _requests.Record(duration.TotalSeconds, ended);
    }

    public void Retried(RequestContext request, string code)
    {
        var tags = request.Tags;
        tags.Add("error.type", code);
        _retries.Add(1, tags);
    }

    public void WaitedForQuota(RequestContext request, TimeSpan duration) => _quotaWaits.Record(duration.TotalSeconds, request.Tags);

    public void WaitedForAction(string? command, string outcome, TimeSpan duration) => _actionWaits.Record(
        duration.TotalSeconds, new TagList { { "hetzner.action.command", command ?? "unknown" }, { "hetzner.action.outcome", outcome } });

    public void Dispose() => _meter.Dispose();
}
