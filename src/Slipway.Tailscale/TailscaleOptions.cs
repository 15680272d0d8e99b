namespace Slipway.Tailscale;

/// <summary>How to reach Tailscale's API, or another server that speaks it (Headscale, an emulator).</summary>
public sealed class TailscaleOptions
{
    /// <summary>The OAuth client's id, usually from <c>TAILSCALE_OAUTH_CLIENT_ID</c>.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The OAuth client's secret, usually from <c>TAILSCALE_OAUTH_CLIENT_SECRET</c>. The client needs the scopes
    /// <c>auth_keys</c> and <c>devices:core</c> and the tags it may give away.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Asks for a token that may do only this, out of what the OAuth client may; e.g. <c>auth_keys</c>, <c>devices:core:read</c>. Everything when empty.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>Asks for a token that may give away only these tags, out of the OAuth client's, each <c>tag:…</c>. All of them when empty.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>The server's address without <c>/api/v2</c>.</summary>
    public Uri BaseUrl { get; set; } = new("https://api.tailscale.com/");

    /// <summary>The tailnet's name; <c>-</c> means the one the credentials belong to.</summary>
    public string Tailnet { get; set; } = "-";

    /// <summary>How long one attempt of one request may take.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that may be repeated is repeated.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>The pause before the first repetition; it doubles each time, and a random part of it is taken off.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts. A server that asks for a longer one (<c>Retry-After</c>) is not waited for.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause between two looks while waiting for a device. Tailscale publishes no request limits; keep it at two seconds or more.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(3);

    internal static void Validate(TailscaleOptions options)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            problems.Add("the OAuth client id is missing (TAILSCALE_OAUTH_CLIENT_ID)");
        }

        if (string.IsNullOrWhiteSpace(options.ClientSecret))
        {
            problems.Add("the OAuth client secret is missing (TAILSCALE_OAUTH_CLIENT_SECRET)");
        }

        if (!options.BaseUrl.IsAbsoluteUri || (options.BaseUrl.Scheme != Uri.UriSchemeHttps && options.BaseUrl.Scheme != Uri.UriSchemeHttp))
        {
            problems.Add("the base address must be an absolute http or https address");
        }

        if (string.IsNullOrWhiteSpace(options.Tailnet))
        {
            problems.Add("the tailnet is missing; '-' means the one of the credentials");
        }

        if (options.Scopes.Concat(options.Tags).Any(s => string.IsNullOrWhiteSpace(s) || s.Any(char.IsWhiteSpace)))
        {
            problems.Add("a scope or a tag is blank or holds a space; each must be an entry of its own");
        }

        if (options.RequestTimeout <= TimeSpan.Zero || options.PollInterval <= TimeSpan.Zero
            || options.RetryDelay < TimeSpan.Zero || options.MaxRetryDelay < TimeSpan.Zero || options.MaxRetries < 0)
        {
            problems.Add("durations and the number of retries cannot be negative, the request timeout and the poll interval not zero");
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException($"The Tailscale options cannot be used: {string.Join("; ", problems)}.", nameof(options));
        }
    }
}
