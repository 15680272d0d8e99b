using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Operations;
using Slipway.Payments.Steps;
using Slipway.Payments.Stripe;

namespace Slipway.Payments;

/// <summary>What a look at a subscription begins with, and what it saw.</summary>
public sealed record FollowState
{
    /// <summary>How many hints there were when it began; a later one asks for another look.</summary>
    public long Hints { get; init; }

    /// <summary>The agent it is known to pay for; null before that was found out.</summary>
    public string? AgentId { get; init; }

    /// <summary>Null before the look, and when Stripe knows no such subscription.</summary>
    public SubscriptionFacts? Facts { get; init; }
}

/// <summary>A subscription to be ended at Stripe, and what of it is to be given back.</summary>
public sealed record EndState
{
    public required string AgentId { get; init; }

    /// <summary>The invoice whose payment goes back; null to keep what was paid.</summary>
    public string? Refund { get; init; }

    /// <summary>For the timeline.</summary>
    public required string Why { get; init; }
}

/// <summary>The plans whose subject is a subscription.</summary>
internal static class PaymentPlans
{
    /// <summary>Looks at a subscription; what it asks for is done in the transaction that ends the operation.</summary>
    public const string Follow = "follow-subscription";

    /// <summary>Gives money back if it must, then ends the subscription.</summary>
    public const string End = "end-subscription";

    /// <summary>Stripe may be away for long, and nobody's money is forgotten meanwhile.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    public static Plan CreateFollow(StripeClient stripe) => new Plan<FollowState>(
        Follow, version: 1, PaymentsJson.Default.FollowState, (_, input) => input.Deserialize(PaymentsJson.Default.FollowState)!, [new(new LookAtSubscription(stripe))])
    {
        Deadline = Patience,
    };

    public static Plan CreateEnd(StripeClient stripe, Alerts.AlertStore alerts) => new Plan<EndState>(
        End, version: 1, PaymentsJson.Default.EndState, (_, input) => input.Deserialize(PaymentsJson.Default.EndState)!,
        [new(new RefundPayment(stripe, alerts)), new(new CancelSubscription(stripe))])
    {
        Deadline = Patience,
    };

    /// <summary>What a finished look saw.</summary>
    public static FollowState ReadFollow(Operation operation)
    {
        using var document = JsonDocument.Parse(operation.State);
        return document.RootElement.GetProperty("state").Deserialize(PaymentsJson.Default.FollowState)!;
    }
}

[JsonSerializable(typeof(FollowState))]
[JsonSerializable(typeof(EndState))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
