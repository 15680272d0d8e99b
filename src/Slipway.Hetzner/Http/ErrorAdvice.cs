using System.Collections.Frozen;
using System.Net;
using static Slipway.Hetzner.HetznerAdvice;

namespace Slipway.Hetzner.Http;

/// <summary>What a program and what a reader of the message should do next, and which code a bare status stands for.</summary>
internal static class ErrorAdvice
{
    private static readonly FrozenDictionary<string, (HetznerAdvice Advice, string Text)> ByCode = new Dictionary<string, (HetznerAdvice, string)>(StringComparer.Ordinal)
    {
        [HetznerErrorCodes.Unauthorized] = (Stop, "Check HETZNER_API_TOKEN: it is wrong or was revoked."),
        [HetznerErrorCodes.TokenReadonly] = (Stop, "Use a token with read and write permission for this project."),
        [HetznerErrorCodes.Forbidden] = (Stop, "Use a token with read and write permission for this project."),
        [HetznerErrorCodes.NotFound] = (Stop, "It does not exist (any more), or belongs to another project."),
        [HetznerErrorCodes.InvalidInput] = (Stop, "Correct the request; repeating it cannot help."),
        [HetznerErrorCodes.JsonError] = (Stop, "Correct the request; repeating it cannot help."),
        [HetznerErrorCodes.UniquenessError] = (Adopt, "Look up what has the name or key; do not try again with the same name."),
        [HetznerErrorCodes.Conflict] = (RetryNow, "Try again."),
        [HetznerErrorCodes.Locked] = (RetryLater, "Wait for the running action on this resource, then try again."),
        [HetznerErrorCodes.Protected] = (Stop, "Switch its protection off first."),
        [HetznerErrorCodes.ResourceUnavailable] = (TryElsewhere, "Try another location or server type, or later."),
        [HetznerErrorCodes.PlacementError] = (TryElsewhere, "Try another location or server type, or later."),
        ["no_space_left_in_location"] = (TryElsewhere, "Try another location, or later."),
        [HetznerErrorCodes.ResourceLimitExceeded] = (Stop, "Delete unused resources or ask Hetzner to raise the limit."),
        [HetznerErrorCodes.ResourceInUse] = (Stop, "Detach it from what uses it first."),
        ["must_be_unassigned"] = (Stop, "Unassign it first."),
        [HetznerErrorCodes.RateLimitExceeded] = (RetryLater, "Wait: the budget refills by about one request a second."),
        [HetznerErrorCodes.ServerNotStopped] = (Stop, "Power the server off first."),
        [HetznerErrorCodes.DeprecatedApiEndpoint] = (Stop, "Update this library: the endpoint is gone."),
        [HetznerErrorCodes.Maintenance] = (RetryLater, "Nothing was done: Hetzner is being maintained. Try again later."),
        [HetznerErrorCodes.ServiceError] = (RetryLater, "A service of Hetzner's failed. Try again later; see https://status.hetzner.com."),
        [HetznerErrorCodes.ServerError] = (RetryLater, Unclear),
        [HetznerErrorCodes.Unavailable] = (RetryLater, Unclear),
        [HetznerErrorCodes.BadGateway] = (RetryLater, Unclear),
        [HetznerErrorCodes.Timeout] = (RetryLater, Unclear),
        [HetznerErrorCodes.ConnectionFailed] = (RetryLater, "Check the network and https://status.hetzner.com, then try again."),
        [HetznerErrorCodes.InvalidResponse] = (RetryLater, "Check that the base address is an API and no proxy answers for it."),
        ["robot_unavailable"] = (RetryLater, Unclear),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string Unclear = "See https://status.hetzner.com; quote the correlation id to Hetzner's support.";

    public static (HetznerAdvice Advice, string Text) For(string code, HttpStatusCode? status, string message, bool outcomeUnknown)
    {
        if (outcomeUnknown)
        {
            return (Adopt, "Hetzner may have carried it out: look the resource up by name or label before trying again.");
        }

        // The one case in which Hetzner says "elsewhere" with the code for a wrong request.
        if (code == HetznerErrorCodes.InvalidInput && message.Contains("unsupported location", StringComparison.OrdinalIgnoreCase))
        {
            return (TryElsewhere, "This type is not sold there: try another location or server type.");
        }

        if (status is null && code == HetznerErrorCodes.Timeout)
        {
            return ByCode[HetznerErrorCodes.ConnectionFailed];
        }

        // The set of codes is open: an unknown one is judged by its status.
        return ByCode.TryGetValue(code, out var known) ? known : (status switch
        {
            null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Locked => RetryLater,
            >= HttpStatusCode.InternalServerError => RetryLater,
            _ => Stop,
        }, Unclear);
    }

    public static string CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => HetznerErrorCodes.Unauthorized,
        HttpStatusCode.Forbidden => HetznerErrorCodes.Forbidden,
        HttpStatusCode.TooManyRequests => HetznerErrorCodes.RateLimitExceeded,
        HttpStatusCode.BadGateway => HetznerErrorCodes.BadGateway,
        HttpStatusCode.ServiceUnavailable => HetznerErrorCodes.Unavailable,
        HttpStatusCode.GatewayTimeout => HetznerErrorCodes.Timeout,
        _ => HetznerErrorCodes.UnknownError,
    };
}
