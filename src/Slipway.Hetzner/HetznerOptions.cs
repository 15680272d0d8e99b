namespace Slipway.Hetzner;

/// <summary>How a <see cref="HetznerClient"/> reaches the API and how patient it is. Read once, when the client is made.</summary>
public sealed class HetznerOptions
{
    /// <summary>The project's API token with read and write permission, usually from <c>HETZNER_API_TOKEN</c>. Required.</summary>
    public string Token { get; set; } = "";

    /// <summary>Where the API lives. Point it at an emulator to work offline.</summary>
    /// <value>Default: <c>https://api.hetzner.cloud/v1/</c>.</value>
    public Uri BaseUrl { get; set; } = new("https://api.hetzner.cloud/v1/");

    /// <summary>The application's name and version for the <c>User-Agent</c> header, such as <c>shop/1.2</c>.</summary>
    public string? Application { get; set; }

    /// <summary>How long one attempt may take, body included. Time spent waiting for the request budget does not count.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is sent at most, the first attempt included. 1 turns retries off.</summary>
    /// <value>Default: 5.</value>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The upper bound of the wait before the second attempt; it doubles with each further one (full jitter).</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan RetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts.</summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan RetryMaxDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the start of a wait its action is asked about for the first time.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan FirstPollAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest time between two polls. A wait is asked about again after half its age, but not before this.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two polls about the same wait, while the budget is not low.</summary>
    /// <value>Default: 2.5 seconds.</value>
    public TimeSpan PollIntervalMax { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>The time between two polls while fewer than <see cref="LowBudget"/> requests remain.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan PollIntervalWhenLow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="ActionsClient.WaitAsync"/> waits when no time limit is given.</summary>
    /// <value>Default: 120 seconds.</value>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>A warning is logged, and polling slows down, when fewer requests than this remain.</summary>
    /// <value>Default: 100.</value>
    public int LowBudget { get; set; } = 100;

    /// <summary>Where this process takes its requests from when others send with the same project's token.</summary>
    /// <value>Default: <see langword="null"/>; the client counts alone, by what Hetzner's answers say.</value>
    public SharedRequestBudget? SharedBudget { get; set; }

    internal HetznerOptions Copy() => (HetznerOptions)MemberwiseClone();

    internal static void Validate(HetznerOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Token))
        {
            throw new ArgumentException(
                "No Hetzner Cloud API token: set HETZNER_API_TOKEN (Hetzner Console, project, Security, API tokens, read & write).", nameof(options));
        }

        // A token that cannot stand in a header would be refused far from its cause; say so without showing it.
        if (options.Token.Trim().Any(c => c is <= ' ' or > '~'))
        {
            throw new ArgumentException(
                "The Hetzner Cloud API token contains characters no token has (spaces, line breaks, non-ASCII): check HETZNER_API_TOKEN.", nameof(options));
        }

        if (!options.BaseUrl.IsAbsoluteUri || (options.BaseUrl.Scheme != Uri.UriSchemeHttps && options.BaseUrl.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException($"The Hetzner base address '{options.BaseUrl}' is not an absolute http(s) address.", nameof(options));
        }

        if (options.MaxAttempts < 1 || options.RequestTimeout <= TimeSpan.Zero || options.PollInterval <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"{nameof(MaxAttempts)} must be at least 1, {nameof(RequestTimeout)} and {nameof(PollInterval)} longer than zero.", nameof(options));
        }
    }
}
