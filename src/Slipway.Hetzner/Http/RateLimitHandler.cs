namespace Slipway.Hetzner.Http;

/// <summary>Takes one request from the budget before sending, and corrects the budget by what the answer says.</summary>
internal sealed class RateLimitHandler(RequestBudget budget) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await budget.TakeAsync(RequestContext.Of(request).Priority, cancellationToken);
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
