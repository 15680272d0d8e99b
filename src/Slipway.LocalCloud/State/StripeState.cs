using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.Stripe;

namespace Slipway.LocalCloud.State;

internal sealed record StripeState(
    IReadOnlyList<CustomerState> Customers, IReadOnlyList<Product> Products, IReadOnlyList<Price> Prices, IReadOnlyList<SessionState> Sessions,
    IReadOnlyList<Subscription> Subscriptions, IReadOnlyList<Invoice> Invoices, IReadOnlyList<PaymentIntent> PaymentIntents, IReadOnlyList<Refund> Refunds,
    IReadOnlyList<TestClock> TestClocks, IReadOnlyList<WebhookEndpoint> Endpoints, SideEndpoint? SideEndpoint, IReadOnlyList<StripeEvent> Events,
    string AfterLastRetry, int LastNumber, IReadOnlyList<double> RetrySeconds, IReadOnlyList<DeliveryState> Deliveries,
    IReadOnlyDictionary<string, IdempotencyState> IdempotencyKeys);

/// <summary>What a customer's JSON on the wire leaves out.</summary>
internal sealed record CustomerState(Customer Customer, bool Declines);

/// <summary>What a session's JSON on the wire leaves out.</summary>
internal sealed record SessionState(CheckoutSession Session, IReadOnlyDictionary<string, string> SubscriptionMetadata, long TrialDays, IReadOnlyList<LineItem> LineItems);

/// <summary>Where the side channel sends webhooks instead of the options.</summary>
internal sealed record SideEndpoint(string? Url, IReadOnlyList<string>? EnabledEvents);

/// <summary>A delivery; the secret of one still to be made.</summary>
internal sealed record DeliveryState(Delivery Delivery, string? Secret);

internal sealed record IdempotencyState(string Request, DateTimeOffset At, RecordedAnswer Answer);
