using System.Collections.Concurrent;

namespace Slipway.LocalCloud.Http;

/// <summary>How often each route was asked: requests per agent is what Slipway is measured by.</summary>
internal sealed class RequestCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Add(string route) => _counts.AddOrUpdate(route, 1, static (_, count) => count + 1);

    public SortedDictionary<string, long> Snapshot() => new(_counts, StringComparer.Ordinal);

    public void Restore(IReadOnlyDictionary<string, long> counts)
    {
        foreach (var (route, count) in counts)
        {
            _counts[route] = count;
        }
    }

    public void Clear() => _counts.Clear();
}

internal sealed class RequestCounting(RequestDelegate next, RequestCounts counts)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/_local"))
        {
            counts.Add(RouteOf(context));
        }

        return next(context);
    }

    /// <summary>E.g. <c>GET /v1/servers/{id}</c>.</summary>
    public static string RouteOf(HttpContext context)
    {
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return $"{context.Request.Method} {pattern?.Replace(":long}", "}", StringComparison.Ordinal) ?? "(no route)"}";
    }
}
