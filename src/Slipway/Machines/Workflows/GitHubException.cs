using System.Net;

namespace Slipway.Machines.Workflows;

/// <summary>GitHub refused, or did not answer. The message names the request and what to do.</summary>
public sealed class GitHubException(string message, HttpStatusCode? status, bool mayHaveHappened, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? Status => status;

    /// <summary>Whether GitHub may have done what it was asked although it did not say so.</summary>
    public bool MayHaveHappened => mayHaveHappened;

    /// <summary>When GitHub wants to be asked again, if too much was asked.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether the token is the trouble.</summary>
    public bool IsRefusal => RetryAt is null && (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);

    /// <summary>Whether the same request can never work.</summary>
    public bool IsHopeless => status is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest;
}
