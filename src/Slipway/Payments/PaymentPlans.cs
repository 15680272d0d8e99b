using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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

    /// <summary>Since when that agent is given up for good; null unless it is.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>The dispute about it that is not decided for us.</summary>
    public string? Dispute { get; init; }

    /// <summary>Null before the look, and when Stripe knows no such subscription.</summary>
    public SubscriptionFacts? Facts { get; init; }
}

/// <summary>What was found out of a dispute.</summary>
public sealed record DisputeState
{
    /// <summary>Stripe's own word for where it stands; null when Stripe knows no such dispute.</summary>
    public string? Status { get; init; }

    public string? Reason { get; init; }

    /// <summary>What the disputed payment was for; null when it was for no subscription.</summary>
    public string? Subscription { get; init; }

    public string? Invoice { get; init; }
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

/// <summary>The plans whose subject is a subscription, or a dispute.</summary>
internal static class PaymentPlans
{
    /// <summary>Looks at a subscription; what it asks for is done in the transaction that ends the operation.</summary>
    public const string Follow = "follow-subscription";

    /// <summary>Gives money back if it must, then ends the subscription.</summary>
    public const string End = "end-subscription";

    /// <summary>Finds out what a dispute is about and where it stands.</summary>
    public const string Dispute = "follow-dispute";

    /// <summary>Stripe may be away for long, and nobody's money is forgotten meanwhile.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    public static Plan CreateFollow(StripeClient stripe) => new Plan<FollowState>(
        Follow, version: 1, PaymentsJson.Default.FollowState, (_, input) => input.Deserialize(PaymentsJson.Default.FollowState)!, [new(new LookAtSubscription(stripe))])
    {
        Deadline = Patience,
    };

    public static Plan CreateDispute(StripeClient stripe) => new Plan<DisputeState>(
        Dispute, version: 1, PaymentsJson.Default.DisputeState, (_, input) => input.Deserialize(PaymentsJson.Default.DisputeState)!, [new(new LookAtDispute(stripe))])
    {
        Deadline = Patience,
    };

    public static Plan CreateEnd(StripeClient stripe, Alerts.AlertStore alerts, Storage.Database database) => new Plan<EndState>(
        End, version: 1, PaymentsJson.Default.EndState, (_, input) => input.Deserialize(PaymentsJson.Default.EndState)!,
        [new(new RefundPayment(stripe, alerts, database)), new(new CancelSubscription(stripe))])
    {
        Deadline = Patience,
    };

    /// <summary>What a finished look saw.</summary>
    public static FollowState ReadFollow(Operation operation) => Read(operation, PaymentsJson.Default.FollowState);

    public static DisputeState ReadDispute(Operation operation) => Read(operation, PaymentsJson.Default.DisputeState);

    private static T Read<T>(Operation operation, JsonTypeInfo<T> type)
    {
        using var document = JsonDocument.Parse(operation.State);
        return document.RootElement.GetProperty("state").Deserialize(type)!;
    }
}

[JsonSerializable(typeof(FollowState))]
[JsonSerializable(typeof(EndState))]
[JsonSerializable(typeof(DisputeState))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
