using System.Net;

namespace Slipway.Hetzner.Http;

/// <summary>
/// What may be repeated. A request that changes something is repeated only when Hetzner surely did nothing: there is no
/// idempotency key, and a repeated create is a second server or a name clash.
/// </summary>
internal static class RetryPolicy
{
    public static bool ShouldRetry(HttpMethod method, HttpStatusCode? status, string code, bool mayHaveArrived)
    {
        if (status == HttpStatusCode.TooManyRequests
            || (status == HttpStatusCode.Conflict && code == HetznerErrorCodes.Conflict)
            || (status is null && !mayHaveArrived && code == HetznerErrorCodes.ConnectionFailed))
        {
            return true;
        }

        return IsIdempotent(method) && (status, code) switch
        {
            (null, HetznerErrorCodes.Timeout or HetznerErrorCodes.ConnectionFailed) => true,
            (HttpStatusCode.RequestTimeout
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout, _) => true,
            _ => false,
        };
    }

    /// <summary>Whether something may have been done although the request failed.</summary>
    public static bool IsOutcomeUnknown(HttpMethod method, HttpStatusCode? status, string code, bool mayHaveArrived) =>
        !IsIdempotent(method) && status switch
        {
            null => mayHaveArrived,
            HttpStatusCode.RequestTimeout => true,
            >= HttpStatusCode.InternalServerError => code != HetznerErrorCodes.Maintenance,
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => true,
            _ => false,
        };

    /// <summary>Worth asking again later, for a caller that loops anyway.</summary>
    public static bool IsPassing(HetznerException e) => ShouldRetry(HttpMethod.Get, e.Status, e.Code, mayHaveArrived: true)
        || e.Code == HetznerErrorCodes.InvalidResponse;

    private static bool IsIdempotent(HttpMethod method) => method != HttpMethod.Post && method != HttpMethod.Patch;
}
