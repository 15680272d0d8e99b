using System.Diagnostics;

namespace Slipway.Hetzner.Http;

/// <summary>Who goes first when the request budget is low.</summary>
internal enum RequestPriority
{
    Destroy,
    Create,
    Read,
    Background,
}

/// <summary>What the handlers need to know of a request and cannot see in it.</summary>
/// <param name="Endpoint">Method and route template.</param>
/// <param name="Priority">Its place in the queue for the budget.</param>
internal sealed record RequestContext(string Endpoint, RequestPriority Priority)
{
    private static readonly HttpRequestOptionsKey<RequestContext> Key = new("slipway.hetzner.context");

    /// <summary>Overrides <see cref="HetznerOptions.MaxAttempts"/>: the poller is a loop itself.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Part of the request body, such as user data, that an error message could echo.</summary>
    public string? Secret { get; init; }

    /// <summary>Which attempt this is, from 1; set by the handler that repeats.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>What every measurement of this request carries: method and route template, never an id.</summary>
    public TagList Tags
    {
        get
        {
            var space = Endpoint.IndexOf(' ', StringComparison.Ordinal);
            return new TagList { { "http.request.method", Endpoint[..space] }, { "url.template", Endpoint[(space + 1)..] } };
        }
    }

    public static RequestContext Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var context)
            ? context
            : throw new InvalidOperationException("A request reached the handlers without its context: send it through HetznerHttp.");

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);
}
