namespace Slipway.Hetzner.Http;

/// <summary>Takes one request from the budget before sending, and corrects the budget by what the answer says.</summary>
internal sealed class RateLimitHandler(RequestBudget budget, HetznerTelemetry telemetry, TimeProvider timeProvider) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = RequestContext.Of(request);
        var arrived = timeProvider.GetTimestamp();
        await budget.TakeAsync(context.Priority, cancellationToken);
        telemetry.WaitedForQuota(context, timeProvider.GetElapsedTime(arrived));
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            return response;
        }
        finally
        {
            budget.Return(response);
        }
    }
}
