using Slipway.Agents;
using Slipway.Payments.Stripe;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Where an order stands that its customer is to pay for.</summary>
public enum CheckoutStatus
{
    /// <summary>To be paid at <see cref="Checkout.Url"/>.</summary>
    Open,

    /// <summary>Paid, or the payment is under way.</summary>
    Paid,

    /// <summary>Expired or cancelled; its secrets are erased.</summary>
    Over,
}

/// <summary>Where an order stands, and where it is paid.</summary>
public sealed record Checkout(CheckoutStatus Status, Uri? Url = null);

/// <summary>What is known of the payments for an agent.</summary>
/// <param name="Notice">What to tell its customer.</param>
/// <param name="IsPaid">Whether the agent may run.</param>
/// <param name="ChangesAt">When that changes by itself: the agent is stopped, destroyed, or the subscription ends.</param>
public sealed record Standing(PaymentNotice Notice, bool IsPaid, DateTimeOffset? ChangesAt);

/// <summary>What became of a customer's wish to cancel.</summary>
public enum CancelOutcome
{
    /// <summary>An order nobody paid for, and all that belonged to it, is erased.</summary>
    Erased,

    /// <summary>It runs on until the end of what is paid for.</summary>
    AtPeriodEnd,

    /// <summary>It owed money, and ends now.</summary>
    Now,

    /// <summary>It was paid for a moment ago, and can be cancelled when that is known here.</summary>
    TooEarly,

    /// <summary>There is nothing to cancel.</summary>
    Nothing,
}

/// <summary>Orders that customers place and pay for themselves. Each has one Checkout session, and is erased when that expires.</summary>
public sealed class Checkouts(StripeClient stripe, AgentLifecycle lifecycle, SubscriptionLooks looks, Database database, TimeProvider time)
{
    /// <summary>Stripe lets a session live for 24 h; by then its event has come, or Stripe is asked.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(25);

    private const int Some = 50;

    /// <summary>Keeps that an agent was ordered with a form.</summary>
    /// <returns>False when another order came with the same form; then the transaction must not be committed.</returns>
    public Task<bool> AddAsync(Transaction transaction, string agentId, string formHash, string price) =>
        CheckoutStore.AddAsync(transaction, agentId, formHash, price, time.GetUtcNow());

    /// <returns>The agent that was ordered with a form, if one was.</returns>
    public static Task<string?> FindAgentAsync(Transaction transaction, string formHash) => CheckoutStore.FindAgentAsync(transaction, formHash);

    /// <returns>Which of the customer's links is good; null for an agent that was not ordered by a customer.</returns>
    public Task<long?> FindLinkVersionAsync(string agentId, CancellationToken cancellationToken = default) => CheckoutStore.FindLinkVersionAsync(database, agentId, cancellationToken);

    /// <summary>Makes every link worthless that was given out for an agent.</summary>
    /// <returns>The version that is good from now on; null for an agent that was not ordered by a customer.</returns>
    public static Task<long?> RaiseLinkVersionAsync(Transaction transaction, string agentId) => CheckoutStore.RaiseLinkVersionAsync(transaction, agentId);

    /// <summary>Where an order stands as far as is known here, without asking Stripe.</summary>
    public async Task<CheckoutStatus> StatusAsync(string agentId, CancellationToken cancellationToken = default) =>
        (await CheckoutStore.FindAsync(database, agentId, cancellationToken))?.Status switch
        {
            CheckoutStore.Open => CheckoutStatus.Open,
            CheckoutStore.Paid => CheckoutStatus.Paid,
            _ => CheckoutStatus.Over,
        };

    /// <summary>Where to pay for an order: always the same session, opened the first time.</summary>
    /// <exception cref="StripeException">Stripe did not say; ask again.</exception>
    public async Task<Checkout> OpenAsync(string agentId, Uri successUrl, Uri cancelUrl, CancellationToken cancellationToken = default)
    {
        if (await CheckoutStore.FindAsync(database, agentId, cancellationToken) is not { Status: CheckoutStore.Open } row)
        {
            return new Checkout(await StatusAsync(agentId, cancellationToken));
        }

        if (row.Session is { } known)
        {
            return await JudgeAsync(row, await stripe.FindCheckoutSessionAsync(known, cancellationToken), cancellationToken);
        }

        var session = await stripe.CreateCheckoutAsync(new StripeOrder(agentId, row.Price, successUrl, cancelUrl), cancellationToken);
        if (await database.WriteAsync(transaction => CheckoutStore.SetSessionAsync(transaction, agentId, session.Id), cancellationToken))
        {
            return await JudgeAsync(row, session, cancellationToken);
        }

        // Cancelled meanwhile; nobody shall pay for what is erased.
        await stripe.ExpireCheckoutAsync(session.Id, cancellationToken);
        return new Checkout(CheckoutStatus.Over);
    }

    public async Task<Standing?> FindStandingAsync(string agentId, CancellationToken cancellationToken = default) =>
        await SubscriptionStore.FindAsync(database, agentId, cancellationToken) is { Notice: { } notice } row
            ? new Standing(notice, row.Wanted == Wanted.Running, row.LookAt)
            : null;

    /// <summary>Ends what a customer pays for: with the paid time, or at once if nothing is paid.</summary>
    /// <exception cref="StripeException">Stripe did not do it; ask again.</exception>
    public async Task<CancelOutcome> CancelAsync(string agentId, CancellationToken cancellationToken = default)
    {
        if (await SubscriptionStore.FindAsync(database, agentId, cancellationToken) is not { } subscription)
        {
            return await CancelOrderAsync(agentId, cancellationToken);
        }

        if (subscription.Status == SubscriptionStore.Ended)
        {
            return CancelOutcome.Nothing;
        }

        var isPaid = subscription.StripeStatus is "active" or "trialing";
        if (isPaid)
        {
            await stripe.SetCancelAtPeriodEndAsync(subscription.Id, cancel: true, cancellationToken);
        }
        else
        {
            await stripe.CancelSubscriptionAsync(subscription.Id, cancellationToken);
        }

        await database.WriteAsync(transaction => looks.HintAsync(transaction, subscription.Id), cancellationToken);
        return isPaid ? CancelOutcome.AtPeriodEnd : CancelOutcome.Now;
    }

    /// <summary>Takes a cancellation to the end of the paid time back.</summary>
    /// <returns>False when there is none to take back.</returns>
    public async Task<bool> KeepAsync(string agentId, CancellationToken cancellationToken = default)
    {
        if (await SubscriptionStore.FindAsync(database, agentId, cancellationToken) is not { Notice: PaymentNotice.Ending } subscription)
        {
            return false;
        }

        await stripe.SetCancelAtPeriodEndAsync(subscription.Id, cancel: false, cancellationToken);
        await database.WriteAsync(transaction => looks.HintAsync(transaction, subscription.Id), cancellationToken);
        return true;
    }

    /// <summary>A session expired, which nothing undoes: the draft it was for goes, and its secrets.</summary>
    /// <returns>The order, if it was one.</returns>
    internal async Task<string?> ExpiredAsync(Transaction transaction, string session, string? agentId)
    {
        if (await CheckoutStore.FindBySessionAsync(transaction, session, agentId) is not { } order)
        {
            return null;
        }

        await EraseAsync(transaction, order);
        return order;
    }

    /// <summary>Looks after orders that are older than any session: whose event never came, or that never got a session.</summary>
    internal async Task EraseForgottenAsync(CancellationToken cancellationToken)
    {
        foreach (var row in await CheckoutStore.ListOpenAsync(database, time.GetUtcNow() - Lifetime, Some, cancellationToken))
        {
            if (row.Session is null)
            {
                await database.WriteAsync(transaction => EraseAsync(transaction, row.AgentId), cancellationToken);
            }
            else
            {
                await JudgeAsync(row, await stripe.FindCheckoutSessionAsync(row.Session, cancellationToken), cancellationToken);
            }
        }
    }

    private async Task<CancelOutcome> CancelOrderAsync(string agentId, CancellationToken cancellationToken)
    {
        if (await CheckoutStore.FindAsync(database, agentId, cancellationToken) is not { } row || row.Status == CheckoutStore.Erased)
        {
            return CancelOutcome.Nothing;
        }

        if (row.Status == CheckoutStore.Paid)
        {
            return CancelOutcome.TooEarly;
        }

        if (row.Session is { } session)
        {
            try
            {
                await stripe.ExpireCheckoutAsync(session, cancellationToken);
            }
            catch (StripeException e) when (e.IsFinal)
            {
                if ((await JudgeAsync(row, await stripe.FindCheckoutSessionAsync(session, cancellationToken), cancellationToken)).Status == CheckoutStatus.Paid)
                {
                    return CancelOutcome.TooEarly;
                }
            }
        }

        await database.WriteAsync(transaction => EraseAsync(transaction, agentId), cancellationToken);
        return CancelOutcome.Erased;
    }

    /// <summary>What a session says of its order, and what follows from it here.</summary>
    private async Task<Checkout> JudgeAsync(CheckoutRow row, StripeCheckoutSession? session, CancellationToken cancellationToken)
    {
        switch (session)
        {
            case { Status: "open", Url: { } url }:
                return new Checkout(CheckoutStatus.Open, new Uri(url));
            case { Status: "complete" }:
                await database.WriteAsync(transaction => CompleteAsync(transaction, row.AgentId, session), cancellationToken);
                return new Checkout(CheckoutStatus.Paid);
            default:
                await database.WriteAsync(transaction => EraseAsync(transaction, row.AgentId), cancellationToken);
                return new Checkout(CheckoutStatus.Over);
        }
    }

    private async Task CompleteAsync(Transaction transaction, string agentId, StripeCheckoutSession session)
    {
        await CheckoutStore.EndAsync(transaction, agentId, CheckoutStore.Paid);
        if (session.Subscription is { } subscription)
        {
            // Its event may be late, or lost.
            await looks.HintAsync(transaction, subscription);
        }
    }

    private async Task EraseAsync(Transaction transaction, string agentId)
    {
        var agent = await AgentStore.LockAsync(transaction, agentId);
        await CheckoutStore.EndAsync(transaction, agentId, CheckoutStore.Erased);
        if (agent is { Status: AgentStatus.Draft, Wanted: Wanted.Nothing })
        {
            await lifecycle.DestroyAsync(transaction, agentId);
        }
    }
}
