using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Payments.Stripe;
using Slipway.Storage;

namespace Slipway.Payments.Steps;

/// <summary>Gives back what was paid for an agent that never ran, or after it was given up. Stripe refunds a payment once, however often it is asked.</summary>
internal sealed class RefundPayment(StripeClient stripe, AlertStore alerts, Database database) : Step<EndState>
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
            var refusals = await RefundStore.CountRefusalsAsync(database, id, cancellationToken);
            var invoice = await stripe.GetInvoiceAsync(id, cancellationToken);
            foreach (var payment in invoice.Paid.Where(p => p.Id is not null))
            {
                if (await stripe.RefundAsync(payment, context.Subject, refusals, cancellationToken) is { GoesBack: false } refund)
                {
                    return Refused(state, context, $"Refund {refund.Id} of {payment.Id} is {refund.Status}.", isCertain: refund.HasFailed);
                }
            }

            return Done(state, invoice.Paid.Count == 0 ? $"{state.Why} Nothing was paid." : $"{state.Why} Invoice {id} was paid back.") with
            {
                Also = async transaction =>
                {
                    await RefundStore.DoneAsync(transaction, id, context.Subject, state.AgentId, context.Now);
                    await alerts.ResolveAsync(transaction, Cause(context.Subject));
                },
            };
        }
        catch (StripeException e) when (e.IsFinal)
        {
            return Refused(state, context, e.Message, isCertain: true);
        }
    }

    private static string Cause(string subscription) => $"refund:{subscription}";

    private StepOutcome Refused(EndState state, StepContext context, string error, bool isCertain) => Wait(context.Now + AfterRefusal, error) with
    {
        Also = async transaction =>
        {
            if (isCertain)
            {
                await RefundStore.RefusedAsync(transaction, state.Refund!, context.Subject, state.AgentId);
            }

            await alerts.RaiseAsync(transaction, new AlertReport(
                Cause(context.Subject),
                AlertSeverity.Critical,
                state.AgentId,
                $"{state.Why} The payment by subscription {context.Subject} cannot be given back. {error}",
                $"Refund invoice {state.Refund} in Stripe's dashboard; it is tried again every hour, and a payment that was refunded there is taken as such. 'slipway operation show {context.OperationId}' has the history."));
        },
    };
}
