using Microsoft.Extensions.Logging;

namespace Slipway.Hetzner.Http;

/// <summary>Repeats what <see cref="RetryPolicy"/> allows, with exponential backoff and full jitter.</summary>
internal sealed partial class RetryHandler(
    HetznerOptions options, TimeProvider timeProvider, Func<double> random, HetznerTelemetry telemetry, ILogger logger)
    : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = RequestContext.Of(request);
        var attempts = context.MaxAttempts ?? options.MaxAttempts;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan delay;
            context.Attempt = attempt;
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HetznerException e) when (attempt < attempts
                && RetryPolicy.ShouldRetry(request.Method, e.Status, e.Code, e.MayHaveArrived))
            {
                delay = random() * Ceiling(attempt);
                telemetry.Retried(context, e.Code);
                Log.Retrying(logger, context.Endpoint, e.Code, (int?)e.Status, delay.TotalSeconds, attempt + 1, attempts);
            }

            await Task.Delay(delay, timeProvider, cancellationToken);
        }
    }

    private TimeSpan Ceiling(int attempt)
    {
        var exponential = options.RetryBaseDelay * Math.Pow(2, attempt - 1);
        return exponential < options.RetryMaxDelay ? exponential : options.RetryMaxDelay;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Endpoint} failed with {Code} (HTTP {Status}); trying again in {Seconds} s, attempt {Attempt} of {Attempts}.")]
        public static partial void Retrying(ILogger logger, string endpoint, string code, int? status, double seconds, int attempt, int attempts);
    }
}
