using Slipway.Operations;
using Slipway.Payments.Stripe;

namespace Slipway.Payments.Steps;

/// <summary>Ends the subscription at Stripe, so that nobody goes on paying for nothing.</summary>
internal sealed class CancelSubscription(StripeClient stripe) : Step<EndState>
{
    public override TimeSpan Patience => PaymentPlans.Patience;

    public override async Task<StepOutcome> RunAsync(EndState state, StepContext context, CancellationToken cancellationToken)
    {
        await stripe.CancelSubscriptionAsync(context.Subject, cancellationToken);
        return Done(state, "The subscription is cancelled at Stripe.");
    }
}
