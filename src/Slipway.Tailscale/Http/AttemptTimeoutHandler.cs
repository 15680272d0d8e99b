namespace Slipway.Tailscale;

/// <summary>Gives each attempt its own time limit, by the injected clock, including the body of the answer.</summary>
internal sealed class AttemptTimeoutHandler(TimeSpan limit, TimeProvider time) : DelegatingHandler
{
    private const long LargestAnswer = 64 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, either.Token);
            return response;
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            throw new TimeoutException($"No answer within {limit.TotalSeconds:0.#} s.", e);
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }
}
