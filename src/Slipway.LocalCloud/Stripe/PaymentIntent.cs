namespace Slipway.LocalCloud.Stripe;

internal sealed record PaymentIntent
{
    public required string Id { get; init; }

    public string Object { get; init; } = "payment_intent";

    public required long Amount { get; init; }

    public long AmountReceived { get; init; }

    public required long Created { get; init; }

    public required string Currency { get; init; }

    public string? Customer { get; init; }

    public StripeErrorContent? LastPaymentError { get; init; }

    public string? LatestCharge { get; init; }

    public bool Livemode { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public required string Status { get; init; }
}

internal sealed record Refund(
    string Id, string Object, long Amount, string? Charge, long Created, string Currency, IReadOnlyDictionary<string, string> Metadata,
    string PaymentIntent, string? Reason, string Status);

/// <summary>What <c>charge.refunded</c> tells of the charge.</summary>
internal sealed record RefundedCharge(
    string Id, string Object, long Amount, long AmountRefunded, string Currency, string? Customer, string PaymentIntent, bool Refunded);
