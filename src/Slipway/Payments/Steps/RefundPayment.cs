using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Payments.Stripe;

namespace Slipway.Payments.Steps;

/// <summary>Gives back what was paid for an agent that never ran. Stripe refunds a payment once, however often it is asked.</summary>
internal sealed class RefundPayment(StripeClient stripe, AlertStore alerts) : Step<EndState>
{
    /// <summary>A refusal may be mended in Stripe's dashboard, e.g. by filling up the balance.</summary>
    public static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(1);

    public override TimeSpan Patience => PaymentPlans.Patience;

    public override async Task<StepOutcome> RunAsync(EndState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Refund is not { } id)
        {
            return Done(state, state.Why);
        }

        try
        {
            var invoice = await stripe.GetInvoiceAsync(id, cancellationToken);
            foreach (var payment in invoice.Paid.Where(p => p.Id is not null))
            {
                if (await stripe.RefundAsync(payment, context.Subject, cancellationToken) is { GoesBack: false } refund)
                {
                    return Refused(state, context, $"Refund {refund.Id} of {payment.Id} is {refund.Status}.");
                }
            }

            return Done(state, invoice.Paid.Count == 0 ? $"{state.Why} Nothing was paid." : $"{state.Why} Invoice {id} was paid back.") with
            {
                Also = transaction => alerts.ResolveAsync(transaction, Cause(context.Subject)),
            };
        }
        catch (StripeException e) when (e.IsFinal)
        {
            return Refused(state, context, e.Message);
        }
    }

    private static string Cause(string subscription) => $"refund:{subscription}";

    private StepOutcome Refused(EndState state, StepContext context, string error) => Wait(context.Now + AfterRefusal, error) with
    {
        Also = transaction => alerts.RaiseAsync(transaction, new AlertReport(
            Cause(context.Subject),
            AlertSeverity.Critical,
            state.AgentId,
            $"Agent {state.AgentId} was paid for by subscription {context.Subject} and could not be provisioned, and the payment cannot be given back. {error}",
            $"Refund invoice {state.Refund} in Stripe's dashboard; it is tried again every hour, and a payment that was refunded there is taken as such. 'slipway operation show {context.OperationId}' has the history.")),
    };
}
