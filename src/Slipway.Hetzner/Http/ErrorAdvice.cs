using System.Net;

namespace Slipway.Hetzner.Http;

/// <summary>What a reader of an error message should do next, and which code a bare status stands for.</summary>
internal static class ErrorAdvice
{
    public static string For(string code, bool outcomeUnknown) => code switch
    {
        _ when outcomeUnknown => "Hetzner may have carried it out: look the resource up by name or label before trying again.",
        HetznerErrorCodes.Unauthorized => "Check HETZNER_API_TOKEN: it is wrong or was revoked.",
        HetznerErrorCodes.TokenReadonly or HetznerErrorCodes.Forbidden => "Use a token with read and write permission for this project.",
        HetznerErrorCodes.NotFound => "It does not exist (any more), or belongs to another project.",
        HetznerErrorCodes.InvalidInput or HetznerErrorCodes.JsonError => "Correct the request; repeating it cannot help.",
        HetznerErrorCodes.UniquenessError => "Look up what has the name or key; do not try again with the same name.",
        HetznerErrorCodes.Conflict => "Try again.",
        HetznerErrorCodes.Locked => "Wait for the running action on this resource, then try again.",
        HetznerErrorCodes.Protected => "Switch its protection off first.",
        HetznerErrorCodes.ResourceUnavailable or HetznerErrorCodes.PlacementError => "Try another location or server type, or later.",
        HetznerErrorCodes.ResourceLimitExceeded => "Delete unused resources or ask Hetzner to raise the limit.",
        HetznerErrorCodes.ResourceInUse => "Detach it from what uses it first.",
        HetznerErrorCodes.RateLimitExceeded => "Wait: the budget refills by about one request a second.",
        HetznerErrorCodes.ServerNotStopped => "Power the server off first.",
        HetznerErrorCodes.DeprecatedApiEndpoint => "Update this library: the endpoint is gone.",
        _ => "See https://status.hetzner.com; quote the correlation id to Hetzner's support.",
    };

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
