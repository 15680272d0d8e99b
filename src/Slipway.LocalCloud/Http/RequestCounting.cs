using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Slipway.LocalCloud.Http;

/// <summary>How often each route was asked: requests per agent is what Slipway is measured by.</summary>
internal sealed class RequestCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _rateLimited;

    /// <summary>How many were answered 429.</summary>
    public long RateLimited => Interlocked.Read(ref _rateLimited);

    public void AddRateLimited() => Interlocked.Increment(ref _rateLimited);

    public void Add(string route) => _counts.AddOrUpdate(route, 1, static (_, count) => count + 1);

    public SortedDictionary<string, long> Snapshot() => new(_counts, StringComparer.Ordinal);

    public void Restore(IReadOnlyDictionary<string, long> counts)
    {
        foreach (var (route, count) in counts)
        {
            _counts[route] = count;
        }
    }

    public void Clear()
    {
        _counts.Clear();
        Interlocked.Exchange(ref _rateLimited, 0);
    }
}

internal sealed class RequestCounting(RequestDelegate next, RequestCounts counts)
{
    private static readonly ConditionalWeakTable<RouteEndpoint, string> Patterns = [];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/_local"))
        {
            await next(context);
            return;
        }

        counts.Add(RouteOf(context));
        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status429TooManyRequests)
        {
            counts.AddRateLimited();
        }
    }

    /// <summary>E.g. <c>GET /v1/servers/{id}</c>.</summary>
    public static string RouteOf(HttpContext context)
    {
        var pattern = context.GetEndpoint() is RouteEndpoint route
            ? Patterns.GetValue(route, static r => r.RoutePattern.RawText?.Replace(":long}", "}", StringComparison.Ordinal) ?? "")
            : "(no route)";
        return $"{context.Request.Method} {pattern}";
    }
}
