namespace Slipway.Hetzner;

/// <summary>
/// The one budget of a Hetzner project for several processes that send with its token: Hetzner counts requests per project, so each process
/// counting for itself would count too much. Implement it on something they share, such as a database, and set
/// <see cref="HetznerOptions.SharedBudget"/>. A process takes requests in small blocks, so that the exchange is not made for each one.
/// </summary>
public abstract class SharedRequestBudget
{
    /// <summary>Says what this process wants and knows, and takes what it may send. Called by one caller at a time.</summary>
    /// <param name="demand">Who waits, what is under way, what is given back, and what Hetzner said last.</param>
    /// <param name="cancellationToken">Gives up; the client is being disposed.</param>
    /// <returns>How many requests may be sent; 0 when others go first or nothing is left.</returns>
    public abstract Task<RequestGrant> ExchangeAsync(RequestDemand demand, CancellationToken cancellationToken);
}

/// <summary>How many requests wait, by who goes first.</summary>
/// <param name="Destroys">Deletes and stops: what ends costs.</param>
/// <param name="Creates">Creates and starts.</param>
/// <param name="Reads">Reads of one thing, and questions about actions.</param>
/// <param name="Lists">Lists and other housekeeping.</param>
public sealed record RequestsWaiting(int Destroys, int Creates, int Reads, int Lists)
{
    /// <summary>Nobody waits.</summary>
    public static RequestsWaiting None { get; } = new(0, 0, 0, 0);

    /// <summary>All of them.</summary>
    public int Total => Destroys + Creates + Reads + Lists;
}

/// <summary>What a process says to the shared budget.</summary>
/// <param name="Waiting">Requests that wait for their turn.</param>
/// <param name="InFlight">Requests that were sent and have no answer yet: Hetzner may or may not have counted them.</param>
/// <param name="Returned">Requests that were granted and not sent, given back now.</param>
/// <param name="Report">What Hetzner said since the last exchange; <see langword="null"/> if nothing.</param>
public sealed record RequestDemand(RequestsWaiting Waiting, int InFlight, int Returned, RateLimitReport? Report);

/// <summary>The <c>RateLimit-*</c> headers of one answer.</summary>
/// <param name="Limit">Requests per hour; the bucket's size.</param>
/// <param name="Remaining">Requests that were left; 0 after a 429.</param>
/// <param name="Age">How long ago the answer came.</param>
public sealed record RateLimitReport(int Limit, int Remaining, TimeSpan Age);

/// <summary>The shared budget's answer.</summary>
/// <param name="Granted">Requests that may be sent, in the order of their classes.</param>
/// <param name="Remaining">Requests left for the whole project, those granted not included.</param>
/// <param name="AskAgainAfter">When to ask for those that still wait.</param>
public sealed record RequestGrant(int Granted, int Remaining, TimeSpan AskAgainAfter);
