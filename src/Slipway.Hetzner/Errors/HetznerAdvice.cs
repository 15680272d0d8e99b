namespace Slipway.Hetzner;

/// <summary>What a program should do about a failure. The client has made its own retries by then.</summary>
public enum HetznerAdvice
{
    /// <summary>Nothing was done; the same request may be sent again at once (<c>conflict</c>).</summary>
    RetryNow,

    /// <summary>It passes by itself: wait some seconds or minutes, then send the same request again.</summary>
    RetryLater,

    /// <summary>There is no room, or not for this type at this location: try another place. See <see cref="PlacementPlan"/>.</summary>
    TryElsewhere,

    /// <summary>
    /// It may exist already: look it up by name, and take it over if its labels prove that it is the one, or send the request again if there is none.
    /// Never try other names, and never in a loop.
    /// </summary>
    Adopt,

    /// <summary>Repeating it cannot help: the request, the token, the quota or the resource's state must change first.</summary>
    Stop,
}
