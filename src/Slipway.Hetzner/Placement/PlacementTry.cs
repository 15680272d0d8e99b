namespace Slipway.Hetzner;

/// <summary>How a try at a place ended.</summary>
public enum PlacementOutcome
{
    /// <summary>The server was made there.</summary>
    Created,

    /// <summary>The type is sold out at the location (<c>resource_unavailable</c>, <c>placement_error</c>).</summary>
    SoldOut,

    /// <summary>Hetzner takes no orders for the whole location at present.</summary>
    LocationDisabled,

    /// <summary>The type is not sold at the location (<c>unsupported location</c>). Waiting does not change that.</summary>
    Unsupported,
}

/// <summary>One place of a plan and what came of it.</summary>
/// <param name="Placement">The place.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record PlacementTry(Placement Placement, PlacementOutcome Outcome)
{
    /// <summary>Hetzner's error code; <see langword="null"/> when it went well.</summary>
    public string? Code { get; init; }

    /// <summary>Hetzner's correlation id of the refusal.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Whether no request was sent, because the same place was refused within the last minutes.</summary>
    public bool FromMemory { get; init; }

    /// <summary>Until when this client prefers other places, and asks this one only if it has refused for longer than all others; <see langword="null"/> when it went well.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Such as <c>cx23 in nbg1: sold out (resource_unavailable)</c>.</summary>
    public override string ToString()
    {
        var outcome = Outcome switch
        {
            PlacementOutcome.SoldOut => "sold out",
            PlacementOutcome.LocationDisabled => "location disabled",
            PlacementOutcome.Unsupported => "not sold there",
            _ => "created",
        };
        return $"{Placement}: {outcome}{(Code is null ? "" : $" ({Code}{(FromMemory ? ", known from before" : "")})")}";
    }
}

/// <summary>No place of a plan had room for a server. Nothing was made.</summary>
/// <param name="server">The name of the wanted server.</param>
/// <param name="tries">Every place and what came of it.</param>
public sealed class PlacementException(string server, IReadOnlyList<PlacementTry> tries) : Exception(Describe(server, tries))
{
    /// <summary>Every place of the plan and what came of it, in the plan's order.</summary>
    public IReadOnlyList<PlacementTry> Tries { get; } = tries;

    /// <summary>Whether waiting is pointless: no place of the plan sells the type at all.</summary>
    public bool IsPermanent { get; } = AreUnsupported(tries);

    /// <summary>When this client would try the first of the places again by itself; trying earlier costs one request.</summary>
    public DateTimeOffset? RetryAt { get; } = tries.Min(t => t.RetryAt);

    private static bool AreUnsupported(IReadOnlyList<PlacementTry> tries) => tries.All(t => t.Outcome == PlacementOutcome.Unsupported);

    private static string Describe(string server, IReadOnlyList<PlacementTry> tries) =>
        $"There is no room for server '{server}': {string.Join("; ", tries)}. "
        + (AreUnsupported(tries) ? "Choose another server type or location." : "Try again later, or allow more server types or locations.");
}
