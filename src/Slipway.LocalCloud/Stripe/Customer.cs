using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record Customer
{
    public required string Id { get; init; }

    public string Object { get; init; } = "customer";

    public required long Created { get; init; }

    public bool Delinquent { get; init; }

    public string? Description { get; init; }

    public string? Email { get; init; }

    public bool Livemode { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public string? Name { get; init; }

    public string? TestClock { get; init; }

    /// <summary>Whether their card refuses every payment from now on.</summary>
    [JsonIgnore]
    public bool Declines { get; init; }
}

/// <summary>Time of its own for a test's customers; frozen until it is advanced.</summary>
internal sealed record TestClock(string Id, string Object, long Created, long FrozenTime, bool Livemode, string? Name, string Status);
