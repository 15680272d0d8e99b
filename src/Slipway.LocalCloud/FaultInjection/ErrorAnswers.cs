using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>What each API says when it is in trouble itself.</summary>
internal static class ErrorAnswers
{
    public static async Task WriteAsync(HttpContext context, int status, LocalCloudOptions options, TimeProvider time, int retryAfter = 0)
    {
        var api = FaultRoute.ApiOf(context.Request.Path.Value ?? "");
        var headers = context.Response.Headers;
        if (api == "hetzner")
        {
            headers["X-Correlation-Id"] = "0000000000000000";
            headers["RateLimit-Limit"] = options.RateLimit.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Remaining"] = "0";
            headers["RateLimit-Reset"] = time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        }
        else if (status == 429)
        {
            headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Body(api, status, options).ToJsonString());
    }

    private static JsonObject Body(string? api, int status, LocalCloudOptions options) => (api, status) switch
    {
        ("hetzner", 429) => Hetzner(
            "rate_limit_exceeded",
            string.Create(CultureInfo.InvariantCulture, $"Limit of '{options.RateLimit}' requests per hour for token '{options.HetznerToken[..Math.Min(32, options.HetznerToken.Length)]}...' reached.")),
        ("hetzner", 500) => Hetzner("server_error", "An internal server error occurred."),
        ("hetzner", 503) => Hetzner("unavailable", "The service is currently unavailable."),
        ("hetzner", _) => Hetzner("timeout", "The request could not be answered in time."),
        ("tailscale", 429) => new JsonObject { ["message"] = "rate limit exceeded" },
        ("tailscale", _) => new JsonObject { ["message"] = "internal error" },
        ("stripe", 429) => Stripe("invalid_request_error", "Request rate limit exceeded.", "rate_limit"),
        ("stripe", _) => Stripe("api_error", "An unknown error occurred.", null),
        ("github", 429) => GitHub(status, "API rate limit exceeded."),
        ("github", 500) => GitHub(status, "Server Error"),
        ("github", _) => GitHub(status, "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request."),
        _ => new JsonObject { ["title"] = "a fault was asked for here", ["status"] = status },
    };

    private static JsonObject Hetzner(string code, string message) =>
        new() { ["error"] = new JsonObject { ["message"] = message, ["code"] = code, ["details"] = null } };

    private static JsonObject Stripe(string type, string message, string? code)
    {
        var error = new JsonObject { ["message"] = message, ["type"] = type };
        if (code is not null)
        {
            error["code"] = code;
        }

        return new JsonObject { ["error"] = error };
    }

    private static JsonObject GitHub(int status, string message) => new()
    {
        ["message"] = message,
        ["documentation_url"] = "https://docs.github.com/rest",
        ["status"] = status.ToString(CultureInfo.InvariantCulture),
    };
}
