using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>What every request to <c>/v1</c> passes, in the order of the live API: route, token, rate limit, method.</summary>
internal sealed class HetznerGate(RequestDelegate next, LocalCloudOptions options, RateLimit limit, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/v1"))
        {
            await next(context);
            return;
        }

        var headers = context.Response.Headers;
        headers["X-Correlation-Id"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var refusal = Examine(context, out var taken);
        var state = taken ?? limit.Peek();
        headers["RateLimit-Limit"] = options.RateLimit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = state.Reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (refusal is null)
        {
            await next(context);
        }
        else
        {
            await refusal.ExecuteAsync(context);
        }
    }

    private IResult? Examine(HttpContext context, out RateLimitState? taken)
    {
        taken = null;
        if (context.GetEndpoint() is not { } endpoint)
        {
            return new RouteNotFoundResult();
        }

        if (Bearer(context) is not { Length: > 0 } token)
        {
            return Unauthorized("token is required");
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(options.HetznerToken)))
        {
            return Unauthorized("the token you have provided is invalid");
        }

        if (!limit.TryTake(out var state))
        {
            taken = state;
            var shown = token[..Math.Min(32, token.Length)];
            return new HetznerFault(429, "rate_limit_exceeded",
                $"Limit of '{options.RateLimit}' requests per hour for token '{shown}...' reached.").ToResult();
        }

        taken = state;
        // Routing answers a known path with an unknown method by an endpoint that is no route.
        return endpoint is RouteEndpoint
            ? null
            : new HetznerFault(405, "method_not_allowed", "The request method is not allowed").ToResult();
    }

    private static string? Bearer(HttpContext context) =>
        AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var value)
        && value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            ? value.Parameter
            : null;

    private static IResult Unauthorized(string message) => TypedResults.Json(
        new UnauthorizedBody(new UnauthorizedContent("unauthorized", null, message)),
        HetznerJson.Wire.UnauthorizedBody, statusCode: 401);
}

internal sealed record UnauthorizedBody(UnauthorizedContent Error);

/// <summary>The live API writes this error's keys in alphabetical order.</summary>
internal sealed record UnauthorizedContent(string Code, ErrorDetails? Details, string Message);

/// <summary>The live API prints this one indented, and before it looks at the token.</summary>
internal sealed class RouteNotFoundResult : IResult
{
    private const string Body = """
        {
          "error": {
            "message": "api route not found",
            "code": "not_found",
            "details": null
          }
        }
        """;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = 404;
        httpContext.Response.ContentType = "application/json; charset=UTF-8";
        return httpContext.Response.WriteAsync(Body);
    }
}
