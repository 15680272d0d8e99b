namespace Slipway.LocalCloud.Stripe;

/// <summary>Money coming in and going back; called with the account's lock held.</summary>
internal sealed class Payments(StripeAccount account)
{
    /// <summary>Charges the customer's card: it works unless the card was told to decline.</summary>
    public PaymentIntent Charge(string? customer, long amount, string currency, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var declines = customer is not null && account.Customers[customer].Declines;
        var intent = new PaymentIntent
        {
            Id = StripeAccount.NewId("pi_", 24),
            Amount = amount,
            AmountReceived = declines ? 0 : amount,
            Created = account.NowOf(customer),
            Currency = currency,
            Customer = customer,
            LastPaymentError = declines ? new StripeErrorContent("card_declined", "Your card was declined.", null, "card_error") : null,
            LatestCharge = StripeAccount.NewId("ch_", 24),
            Metadata = metadata ?? new Dictionary<string, string>(),
            Status = declines ? "requires_payment_method" : "succeeded",
        };
        account.PaymentIntents.Add(intent.Id, intent);
        account.Tell(
            declines ? "payment_intent.payment_failed" : "payment_intent.succeeded", intent, StripeJson.Wire.PaymentIntent, customer);
        return intent;
    }

    public Refund Refund(StripeForm form)
    {
        var intent = form.Text("payment_intent") is { } id
            ? StripeAccount.Get(account.PaymentIntents, id, "payment_intent", "payment_intent")
            : account.PaymentIntents.Values.FirstOrDefault(p => p.LatestCharge == form.Required("charge"))
                ?? throw StripeFault.Missing("charge", form.Required("charge"), "charge");
        var before = account.Refunds.Values.Where(r => r.PaymentIntent == intent.Id).Sum(r => r.Amount);
        var left = intent.AmountReceived - before;
        var amount = form.Number("amount") ?? left;
        if (left == 0)
        {
            throw new StripeFault(400, $"Charge {intent.LatestCharge} has already been refunded.", "charge_already_refunded");
        }

        if (amount > left || amount == 0)
        {
            throw new StripeFault(400, $"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", null, "amount");
        }

        var refund = new Refund(
            StripeAccount.NewId("re_", 24), "refund", amount, intent.LatestCharge, account.NowOf(intent.Customer), intent.Currency, form.Map("metadata"),
            intent.Id, form.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"), "succeeded");
        account.Refunds.Add(refund.Id, refund);
        account.Tell("refund.created", refund, StripeJson.Wire.Refund, intent.Customer);
        account.Tell(
            "charge.refunded",
            new RefundedCharge(
                intent.LatestCharge!, "charge", intent.Amount, before + amount, intent.Currency, intent.Customer, intent.Id, before + amount == intent.Amount),
            StripeJson.Wire.RefundedCharge, intent.Customer);
        return refund;
    }
}
