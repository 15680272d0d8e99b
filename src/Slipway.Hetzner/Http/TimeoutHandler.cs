namespace Slipway.Hetzner.Http;

/// <summary>Bounds one attempt from sending to the last byte of the body; what is above this handler sees whole answers only.</summary>
internal sealed class TimeoutHandler(TimeSpan limit, TimeProvider timeProvider) : DelegatingHandler
{
    private const long MaxBodyBytes = 16 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(MaxBodyBytes, either.Token);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            throw new TimeoutException($"No answer within {limit.TotalSeconds:0.###} s.", e);
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }
}
