namespace Slipway.LocalCloud.Stripe;

/// <summary>Today's shape: what it is for is under <c>parent</c>, how it was paid under <c>payments</c>.</summary>
internal sealed record Invoice
{
    public required string Id { get; init; }

    public string Object { get; init; } = "invoice";

    public required long AmountDue { get; init; }

    public long AmountPaid { get; init; }

    public long AmountRemaining => AmountDue - AmountPaid;

    public int AttemptCount { get; init; }

    public bool Attempted { get; init; }

    public required string BillingReason { get; init; }

    public string CollectionMethod { get; init; } = "charge_automatically";

    public required long Created { get; init; }

    public required string Currency { get; init; }

    public required string Customer { get; init; }

    public required StripeList<InvoiceLine> Lines { get; init; }

    public bool Livemode { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public long? NextPaymentAttempt { get; init; }

    public required string Number { get; init; }

    public required InvoiceParent Parent { get; init; }

    public required StripeList<InvoicePayment> Payments { get; init; }

    public required long PeriodEnd { get; init; }

    public required long PeriodStart { get; init; }

    public required string Status { get; init; }

    public StatusTransitions StatusTransitions { get; init; } = new(null, null, null);

    public long Subtotal => AmountDue;

    public long Total => AmountDue;
}

internal sealed record InvoiceLine(string Id, string Object, long Amount, string Currency, string? Description, InvoicePeriod Period, long Quantity);

internal sealed record InvoicePeriod(long End, long Start);

internal sealed record InvoiceParent(string? QuoteDetails, SubscriptionDetails SubscriptionDetails, string Type);

internal sealed record SubscriptionDetails(IReadOnlyDictionary<string, string> Metadata, string Subscription);

internal sealed record InvoicePayment(string Id, string Object, long AmountPaid, string Currency, string Invoice, PaymentReference Payment, string Status);

internal sealed record PaymentReference(string PaymentIntent, string Type);

internal sealed record StatusTransitions(long? FinalizedAt, long? PaidAt, long? VoidedAt);
