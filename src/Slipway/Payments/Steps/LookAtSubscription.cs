using Slipway.Operations;
using Slipway.Payments.Stripe;

namespace Slipway.Payments.Steps;

/// <summary>Asks Stripe what a subscription is now.</summary>
internal sealed class LookAtSubscription(StripeClient stripe) : Step<FollowState>
{
    public override TimeSpan Patience => PaymentPlans.Patience;

    public override async Task<StepOutcome> RunAsync(FollowState state, StepContext context, CancellationToken cancellationToken)
    {
        if (await stripe.FindSubscriptionAsync(context.Subject, cancellationToken) is not { } subscription)
        {
            return Done(state with { Facts = null }, "Stripe knows no such subscription.");
        }

        var (agent, isPaid) = state.AgentId is { } known ? (known, true) : await FindAgentAsync(subscription, cancellationToken);
        var facts = new SubscriptionFacts
        {
            Status = subscription.Status,
            AgentId = isPaid ? agent : null,
            UnpaidAgentId = isPaid ? null : agent,
            Customer = subscription.Customer,
            Price = subscription.Price,
            Invoice = subscription.LatestInvoice,
            EndsAt = subscription.EndsAt,
            UnpaidSince = subscription.Status is "past_due" or "unpaid" ? await FindUnpaidSinceAsync(subscription, cancellationToken) : null,
            GivenUpAt = state.GivenUpAt,
            PaidInVain = state.GivenUpAt is { } givenUp ? await stripe.ListInvoicesPaidSinceAsync(subscription.Id, givenUp, cancellationToken) : [],
            IsDisputed = state.Dispute is not null,
            SeenAt = context.Now,
        };
        return Done(state with { Facts = facts }, $"The subscription is {facts.Status}.");
    }

    /// <summary>By the session it was bought in, once that is paid: a bank debit may still fail while the subscription is active already.</summary>
    private async Task<(string? Agent, bool IsPaid)> FindAgentAsync(StripeSubscription subscription, CancellationToken cancellationToken)
    {
        var named = subscription.Metadata?.GetValueOrDefault("agent_id");
        return await stripe.FindCheckoutAsync(subscription.Id, cancellationToken) is { } checkout ? (checkout.AgentId ?? named, checkout.IsPaid) : (named, true);
    }

    /// <summary>The oldest invoice, not the period: a period begins anew although the last one was never paid.</summary>
    private async Task<DateTimeOffset> FindUnpaidSinceAsync(StripeSubscription subscription, CancellationToken cancellationToken) =>
        (await stripe.FindOldestOpenInvoiceAsync(subscription.Id, cancellationToken))?.CreatedAt ?? subscription.PeriodStart;
}
