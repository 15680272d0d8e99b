using Slipway.Operations;
using Slipway.Payments.Stripe;

namespace Slipway.Payments.Steps;

/// <summary>Asks Stripe where a dispute stands, and which subscription the disputed payment was for.</summary>
internal sealed class LookAtDispute(StripeClient stripe) : Step<DisputeState>
{
    public override TimeSpan Patience => PaymentPlans.Patience;

    public override async Task<StepOutcome> RunAsync(DisputeState state, StepContext context, CancellationToken cancellationToken)
    {
        if (await stripe.FindDisputeAsync(context.Subject, cancellationToken) is not { } dispute)
        {
            return Done(state, "Stripe knows no such dispute.");
        }

        var invoice = dispute.PaymentIntent is { } payment ? await stripe.FindInvoiceOfAsync(payment, cancellationToken) : null;
        return Done(
            state with { Status = dispute.Status, Reason = dispute.Reason, Invoice = invoice?.Id, Subscription = invoice?.SubscriptionId },
            invoice?.SubscriptionId is { } subscription ? $"The dispute about subscription {subscription} is {dispute.Status}." : "It is about no subscription.");
    }
}
