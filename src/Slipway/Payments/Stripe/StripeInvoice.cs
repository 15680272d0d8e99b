using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>An invoice; how it was paid is under <c>payments</c>, and was <c>payment_intent</c> or <c>charge</c> until 2025-03.</summary>
public sealed record StripeInvoice
{
    public required string Id { get; init; }

    public string? Status { get; init; }

    public long Created { get; init; }

    public long AmountPaid { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? PaymentIntent { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? Charge { get; init; }

    public StripeList<StripeInvoicePayment>? Payments { get; init; }

    public StripeInvoiceTimes? StatusTransitions { get; init; }

    [JsonIgnore]
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Created);

    /// <summary>Its place until 2025-03.</summary>
    [JsonConverter(typeof(IdOrObject))]
    public string? Subscription { get; init; }

    public StripeInvoiceParent? Parent { get; init; }

    /// <summary>What it is for; null when it is for no subscription.</summary>
    [JsonIgnore]
    public string? SubscriptionId => Parent?.SubscriptionDetails?.Subscription ?? Subscription;

    /// <summary>When it was paid; when it was made, if Stripe does not say.</summary>
    [JsonIgnore]
    public DateTimeOffset PaidAt => StatusTransitions?.PaidAt is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : CreatedAt;

    /// <summary>What was paid and could be given back; none when it cost nothing.</summary>
    [JsonIgnore]
    public IReadOnlyList<StripePayment> Paid =>
        AmountPaid == 0 ? []
        : Payments is { } payments ? [.. payments.Data.Where(p => p.Status == "paid").Select(p => p.Payment).OfType<StripePayment>()]
        : PaymentIntent is not null || Charge is not null ? [new StripePayment { PaymentIntent = PaymentIntent, Charge = Charge }]
        : [];
}

public sealed record StripeInvoiceTimes
{
    public long? PaidAt { get; init; }
}

public sealed record StripeInvoiceParent
{
    public StripeSubscriptionDetails? SubscriptionDetails { get; init; }
}

public sealed record StripeSubscriptionDetails
{
    [JsonConverter(typeof(IdOrObject))]
    public string? Subscription { get; init; }
}

public sealed record StripeInvoicePayment
{
    [JsonConverter(typeof(IdOrObject))]
    public string? Invoice { get; init; }

    public string? Status { get; init; }

    public StripePayment? Payment { get; init; }
}

/// <summary>What a refund names: the intent if there is one, else the charge.</summary>
public sealed record StripePayment
{
    [JsonConverter(typeof(IdOrObject))]
    public string? PaymentIntent { get; init; }

    [JsonConverter(typeof(IdOrObject))]
    public string? Charge { get; init; }

    [JsonIgnore]
    public string? Id => PaymentIntent ?? Charge;
}

public sealed record StripeRefund
{
    public required string Id { get; init; }

    /// <summary><c>succeeded</c> or <c>pending</c> when the money goes back; <c>failed</c>, <c>canceled</c> or <c>requires_action</c> when it does not.</summary>
    public string? Status { get; init; }

    public long Amount { get; init; }

    public string? Currency { get; init; }

    [JsonIgnore]
    public bool GoesBack => Status is null or "succeeded" or "pending";

    /// <summary>True when it is over and nothing went back; one that waits for somebody is not.</summary>
    [JsonIgnore]
    public bool HasFailed => Status is "failed" or "canceled";
}
