using Slipway.Agents;

namespace Slipway.Payments;

/// <summary>What a subscription's state is to those who see it here.</summary>
public enum PaymentNotice
{
    /// <summary>Paid.</summary>
    None,

    /// <summary>The first payment is still on its way.</summary>
    AwaitingPayment,

    /// <summary>A payment failed; the agent runs until the grace is over.</summary>
    PaymentFailed,

    /// <summary>Stopped because it is not paid; destroyed later unless it is.</summary>
    StoppedUnpaid,

    /// <summary>Paused at Stripe, e.g. after a trial without a card.</summary>
    Paused,

    /// <summary>Paid, and cancelled to a date.</summary>
    Ending,

    /// <summary>A payment for it is disputed; its agent is stopped until that is decided.</summary>
    Disputed,

    /// <summary>Over.</summary>
    Ended,

    /// <summary>A status nobody here knows; everything is kept as it is.</summary>
    Unknown,
}

/// <summary>All of a subscription that decides something, as Stripe told it.</summary>
public sealed record SubscriptionFacts
{
    public required string Status { get; init; }

    /// <summary>The agent it pays for; null when it names none, or its order is not paid yet.</summary>
    public string? AgentId { get; init; }

    public string? Customer { get; init; }

    public string? Price { get; init; }

    /// <summary>The latest invoice: what would be given back.</summary>
    public string? Invoice { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Since when its oldest open invoice waits for payment; null unless one does.</summary>
    public DateTimeOffset? UnpaidSince { get; init; }

    /// <summary>The agent that its order names, of which the first payment has not arrived: a bank debit takes days, and may fail.</summary>
    public string? UnpaidAgentId { get; init; }

    /// <summary>Since when its agent is given up for good; null unless it is.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>Invoices that were paid since then, for nothing.</summary>
    public IReadOnlyList<string> PaidInVain { get; init; } = [];

    /// <summary>Whether a payment for it is disputed, and not decided for us.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>When Stripe was asked.</summary>
    public DateTimeOffset? SeenAt { get; init; }
}

/// <summary>What a subscription asks for.</summary>
/// <param name="Wanted">Of its agent; <see cref="Wanted.Nothing"/> asks for nothing and changes nothing.</param>
/// <param name="Notice">What to tell.</param>
/// <param name="LookAt">When it may ask for something else although nothing happened at Stripe.</param>
public sealed record Verdict(Wanted Wanted, PaymentNotice Notice, DateTimeOffset? LookAt = null)
{
    /// <summary>True for one that Stripe would go on collecting for although nothing is left of its agent.</summary>
    public bool IsGivenUp { get; init; }

    private static readonly TimeSpan Overdue = TimeSpan.FromHours(1);

    /// <summary>Depends on the subscription, the terms and the clock, and on nothing that was told or done before.</summary>
    public static Verdict Of(SubscriptionFacts subscription, PaymentTerms terms, DateTimeOffset now) => subscription.Status switch
    {
        "canceled" or "incomplete_expired" => new Verdict(Wanted.Destroyed, PaymentNotice.Ended),
        // Its secrets are erased and its machine is gone: no payment brings it back, and none is kept.
        _ when subscription.GivenUpAt is not null => new Verdict(Wanted.Destroyed, PaymentNotice.Ended) { IsGivenUp = true },
        // The first payment failed: nothing ever ran that could be kept through a grace.
        "past_due" or "unpaid" when subscription.UnpaidAgentId is not null => new Verdict(Wanted.Destroyed, PaymentNotice.Ended) { IsGivenUp = true },
        _ when subscription.UnpaidAgentId is not null => new Verdict(Wanted.Nothing, PaymentNotice.AwaitingPayment),
        // Whoever has the money taken back has nothing to use; the rest is for a person to decide.
        "trialing" or "active" when subscription.IsDisputed => new Verdict(Wanted.Stopped, PaymentNotice.Disputed),
        "trialing" or "active" => subscription.EndsAt is { } end
            // Stripe is late to end it: it is Stripe who says so, but somebody has to ask again.
            ? new Verdict(Wanted.Running, PaymentNotice.Ending, end > now ? end : now + Overdue)
            : new Verdict(Wanted.Running, PaymentNotice.None),
        "past_due" => Owing(subscription.UnpaidSince ?? now, terms.Grace, terms, now),
        // Stripe has given up collecting, which is no grace any more; the rest of the time runs on.
        "unpaid" => Owing(subscription.UnpaidSince ?? now, TimeSpan.Zero, terms, now),
        "paused" => new Verdict(Wanted.Stopped, PaymentNotice.Paused),
        "incomplete" => new Verdict(Wanted.Nothing, PaymentNotice.AwaitingPayment),
        _ => new Verdict(Wanted.Nothing, PaymentNotice.Unknown),
    };

    private static Verdict Owing(DateTimeOffset since, TimeSpan grace, PaymentTerms terms, DateTimeOffset now)
    {
        var destroyed = since + terms.Grace + terms.DestroyAfter;
        return now >= destroyed ? new Verdict(Wanted.Destroyed, PaymentNotice.Ended) { IsGivenUp = true }
            : now >= since + grace ? new Verdict(Wanted.Stopped, PaymentNotice.StoppedUnpaid, destroyed)
            : new Verdict(Wanted.Running, PaymentNotice.PaymentFailed, since + grace);
    }
}
