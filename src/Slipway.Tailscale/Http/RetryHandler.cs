using System.Net;
using Microsoft.Extensions.Logging;

namespace Slipway.Tailscale;

/// <summary>
/// Repeats what is safe to repeat. Anything after 429, or when no connection was made: the server did nothing. GET, DELETE and the token request also
/// after 5xx, a time-out or a broken connection. Never another POST whose outcome is unknown: it may have made a key.
/// </summary>
internal sealed partial class RetryHandler(TailscaleOptions options, TimeProvider time, Func<double> random, TailscaleTelemetry telemetry, ILogger<RetryHandler> logger) : DelegatingHandler
{
    /// <summary>Marks a POST that changes nothing.</summary>
    public static readonly HttpRequestOptionsKey<bool> Repeatable = new("Slipway.Tailscale.Repeatable");

    /// <summary>Whether a request would do something a second time if it were sent again.</summary>
    public static bool ChangesOnce(HttpRequestMessage request) => !IsRepeatable(request);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            HttpResponseMessage? response = null;
            Exception? failure = null;
            try
            {
                response = await base.SendAsync(request, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException)
            {
                failure = e;
            }

            var endpoint = TailscaleHttp.EndpointOf(request);
            var again = failure is null ? IsWorthRepeating(request, response!.StatusCode) : IsSafeToRepeat(request, failure);
            var pause = PauseBefore(attempt, response);
            if (!again || attempt > options.MaxRetries || pause > options.MaxRetryDelay)
            {
                return response ?? throw new TailscaleException(
                    $"Tailscale gave no answer to {endpoint} ({attempt} attempt(s)): {failure!.Message}", status: null, endpoint, failure)
                {
                    OutcomeUnknown = !IsRepeatable(request) && !WasNeverSent(failure),
                };
            }

            telemetry.Retried(request, response is null ? failure!.GetType().Name : $"{(int)response.StatusCode}");
            Log.Repeating(logger, endpoint, attempt, response is null ? failure!.GetType().Name : $"{(int)response.StatusCode}", pause.TotalSeconds);
            response?.Dispose();
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static bool IsRepeatable(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Delete || (request.Options.TryGetValue(Repeatable, out var marked) && marked);

    private static bool IsWorthRepeating(HttpRequestMessage request, HttpStatusCode status) =>
        status == HttpStatusCode.TooManyRequests
        || (IsRepeatable(request) && status is HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);

    private static bool IsSafeToRepeat(HttpRequestMessage request, Exception failure) => IsRepeatable(request) || WasNeverSent(failure);

    private static bool WasNeverSent(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
    };

    private TimeSpan PauseBefore(int attempt, HttpResponseMessage? response)
    {
        var exponential = options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 16));
        var backoff = (exponential < options.MaxRetryDelay ? exponential : options.MaxRetryDelay) * (0.5 + (random() / 2));
        if (TailscaleHttp.RetryAfterOf(response, time.GetUtcNow()) is not { } asked)
        {
            return backoff;
        }

        // Everyone who was refused got the same answer: a second's spread keeps them from returning together.
        return asked > options.MaxRetryDelay ? asked : asked + TimeSpan.FromSeconds(Math.Min(random(), (options.MaxRetryDelay - asked).TotalSeconds));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Tailscale: {Endpoint}, attempt {Attempt} ended with {Reason}; trying again in {Seconds:0.0} s.")]
        public static partial void Repeating(ILogger logger, string endpoint, int attempt, string reason, double seconds);
    }
}
