namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Which requests a wire fault is meant for.</summary>
internal static class FaultRoute
{
    /// <summary>Compares with the route's template, with the path itself, or with its beginning.</summary>
    /// <param name="fault">What was asked for.</param>
    /// <param name="context">The request.</param>
    /// <param name="template">The method and template, e.g. <c>GET /v1/servers/{id}</c>.</param>
    public static bool Matches(Fault fault, HttpContext context, string template)
    {
        var path = context.Request.Path.Value ?? "";
        var api = ApiOf(path);
        if (fault.Text("api") is { } wanted && wanted != api)
        {
            return false;
        }

        if (!fault.Means("method", context.Request.Method))
        {
            return false;
        }

        var (method, route) = Split(fault.Text("route"));
        if (route is null)
        {
            // Without a route the side channel is spared: it is how one gets out again.
            return api is not null;
        }

        return (method is null || method == context.Request.Method)
            && (route is [.. var prefix, '*'] ? path.StartsWith(prefix, StringComparison.Ordinal)
                : route == path || route == template[(template.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
    }

    /// <summary>The API a path belongs to; null for LocalCloud's own.</summary>
    public static string? ApiOf(string path) =>
        path.StartsWith("/v1", StringComparison.Ordinal) ? "hetzner"
        : path.StartsWith("/api/v2", StringComparison.Ordinal) ? "tailscale"
        : path.StartsWith("/stripe", StringComparison.Ordinal) ? "stripe"
        : path.StartsWith("/github", StringComparison.Ordinal) ? "github"
        : null;

    private static (string? Method, string? Route) Split(string? text) => text?.Split(' ', 2) switch
    {
        [var method, var route] => (method, route),
        [var route] => (null, route),
        _ => (null, null),
    };
}
