namespace Slipway.Client;

/// <summary>Every refusal, as RFC 9457 describes it.</summary>
public sealed record ProblemResource
{
    /// <summary>What kind, in a few words.</summary>
    public string? Title { get; init; }

    /// <summary>What happened, to what, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>The HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>A stable code to branch on, e.g. <c>agent_not_found</c>, <c>agent_busy</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Per field: what is wrong with it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
