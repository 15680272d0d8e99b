using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>Where Stripe delivers events to.</summary>
public sealed record StripeWebhookEndpoint
{
    public string? Url { get; init; }

    /// <summary><c>enabled</c>, or <c>disabled</c> by somebody or by Stripe.</summary>
    public string? Status { get; init; }

    /// <summary>Types of events; <c>*</c> is all.</summary>
    public IReadOnlyList<string> EnabledEvents { get; init; } = [];

    [JsonIgnore]
    public bool IsEnabled => Status == "enabled";
}
