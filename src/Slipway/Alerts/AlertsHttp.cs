namespace Slipway.Alerts;

/// <summary>Requests to whoever watches over this control plane: no redirect is followed, no answer is read, no address is repeated.</summary>
public sealed class AlertsHttp(HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _invoker = new(handler);

    public AlertsHttp(TimeProvider time)
        : this(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, time)
    {
    }

    /// <returns>Null after a 2xx, else what came instead. Never the address: it may be a secret.</returns>
    internal async Task<string?> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await _invoker.SendAsync(request, either.Token);
            return answer.IsSuccessStatusCode ? null : $"The receiver answered {(int)answer.StatusCode}.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"No answer came within {limit.TotalSeconds:0} s.";
        }
        catch (HttpRequestException e)
        {
            return $"The receiver could not be reached ({e.HttpRequestError}).";
        }
    }

    public void Dispose() => _invoker.Dispose();
}
