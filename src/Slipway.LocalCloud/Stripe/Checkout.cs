using System.Globalization;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Checkout sessions: made by the shop, paid, declined or left by the customer.</summary>
internal sealed class Checkout(StripeAccount account, Catalogue catalogue, Payments payments, Billing billing, TimeProvider time)
{
    private const long Lifetime = 24 * 3600;
    private const long ShortestLifetime = 30 * 60;

    public CheckoutSession Create(StripeForm form, string checkoutUrl)
    {
        lock (account.Gate)
        {
            var mode = form.Required("mode");
            if (mode is not ("subscription" or "payment"))
            {
                throw new StripeFault(400, $"Only mode=subscription and mode=payment are modelled here, not {mode}.", "parameter_unknown", "mode");
            }

            if (form.Text("customer") is { } customer)
            {
                StripeAccount.Get(account.Customers, customer, "customer", "customer");
            }

            var lines = Lines(form);
            var id = StripeAccount.NewId("cs_test_", 58);
            var now = account.NowOf(form.Text("customer"));
            var expires = form.Number("expires_at") ?? now + Lifetime;
            if (expires < now + ShortestLifetime || expires > now + Lifetime)
            {
                throw new StripeFault(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", null, "expires_at");
            }

            var session = new CheckoutSession
            {
                Id = id,
                AmountSubtotal = lines.Sum(l => l.Amount),
                AmountTotal = lines.Sum(l => l.Amount),
                CancelUrl = form.Text("cancel_url"),
                ClientReferenceId = form.Text("client_reference_id"),
                Created = now,
                Currency = lines[0].Price.Currency,
                Customer = form.Text("customer"),
                CustomerEmail = form.Text("customer_email"),
                ExpiresAt = expires,
                Metadata = form.Map("metadata"),
                Mode = mode,
                PaymentStatus = "unpaid",
                Status = "open",
                SuccessUrl = form.Required("success_url"),
                Url = $"{checkoutUrl}/{id}",
                SubscriptionMetadata = form.Map("subscription_data[metadata]"),
                TrialDays = form.Number("subscription_data[trial_period_days]") ?? 0,
                LineItems = lines,
            };
            account.Sessions.Add(id, session);
            _ = ExpireInTimeAsync(id, expires - now);
            return session;
        }
    }

    public CheckoutSession Find(string id)
    {
        lock (account.Gate)
        {
            return StripeAccount.Get(account.Sessions, id, "checkout.session");
        }
    }

    /// <summary>Completes the session; paying twice changes nothing.</summary>
    public CheckoutSession Pay(string id)
    {
        lock (account.Gate)
        {
            var session = Find(id);
            if (session.Status == "complete")
            {
                return session;
            }

            RequireOpen(session);
            var customer = session.Customer ?? NewCustomer(session).Id;
            if (account.Customers[customer].Declines)
            {
                throw StripeFault.Declined();
            }

            session = session with { Status = "complete", PaymentStatus = "paid", Customer = customer, Url = null };
            if (session.Mode == "payment")
            {
                session = session with { PaymentIntent = payments.Charge(customer, session.AmountTotal, session.Currency, session.Metadata).Id };
            }
            else
            {
                var subscription = billing.Subscribe(customer, session.LineItems, session.TrialDays, session.SubscriptionMetadata);
                session = session with
                {
                    Subscription = subscription.Id,
                    Invoice = subscription.LatestInvoice,
                    PaymentStatus = session.TrialDays > 0 ? "no_payment_required" : "paid",
                };
            }

            return Keep(session, "checkout.session.completed");
        }
    }

    /// <summary>The customer's card is refused; the session stays open for another try.</summary>
    public CheckoutSession Decline(string id)
    {
        lock (account.Gate)
        {
            var session = Find(id);
            RequireOpen(session);
            var declined = new PaymentIntent
            {
                Id = StripeAccount.NewId("pi_", 24),
                Amount = session.AmountTotal,
                Created = account.NowOf(session.Customer),
                Currency = session.Currency,
                Customer = session.Customer,
                LastPaymentError = new StripeErrorContent("card_declined", "Your card was declined.", null, "card_error"),
                Status = "requires_payment_method",
            };
            account.PaymentIntents.Add(declined.Id, declined);
            account.Tell("payment_intent.payment_failed", declined, StripeJson.Wire.PaymentIntent, session.Customer);
            return session;
        }
    }

    public CheckoutSession Expire(string id)
    {
        lock (account.Gate)
        {
            var session = Find(id);
            RequireOpen(session);
            return Keep(session with { Status = "expired", Url = null }, "checkout.session.expired");
        }
    }

    /// <summary>After a restart: open sessions still end in time.</summary>
    public void Resume()
    {
        lock (account.Gate)
        {
            foreach (var session in account.Sessions.Values.Where(s => s.Status == "open"))
            {
                _ = ExpireInTimeAsync(session.Id, Math.Max(0, session.ExpiresAt - account.NowOf(session.Customer)));
            }
        }
    }

    private static void RequireOpen(CheckoutSession session)
    {
        if (session.Status != "open")
        {
            throw new StripeFault(400, $"This Checkout Session is {session.Status}; only an open one can be paid or expired.");
        }
    }

    private async Task ExpireInTimeAsync(string id, long seconds)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), time);
        lock (account.Gate)
        {
            if (account.Sessions.GetValueOrDefault(id) is { Status: "open" })
            {
                Expire(id);
            }
        }
    }

    private CheckoutSession Keep(CheckoutSession session, string happened)
    {
        account.Sessions[session.Id] = session;
        account.Tell(happened, session, StripeJson.Wire.CheckoutSession, session.Customer);
        return session;
    }

    private Customer NewCustomer(CheckoutSession session)
    {
        var customer = new Customer
        {
            Id = StripeAccount.NewId("cus_", 14),
            Created = account.Now,
            Email = session.CustomerEmail,
            Metadata = new Dictionary<string, string>(),
        };
        account.Customers.Add(customer.Id, customer);
        account.Tell("customer.created", customer, StripeJson.Wire.Customer, customer.Id);
        return customer;
    }

    private List<LineItem> Lines(StripeForm form)
    {
        var lines = new List<LineItem>();
        for (var i = 0; i < form.Count("line_items"); i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"line_items[{i}]");
            var quantity = form.Text($"{at}[quantity]") ?? "1";
            lines.Add(new LineItem(
                catalogue.PriceOf(form, at),
                long.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                    ? n
                    : throw new StripeFault(400, $"Invalid positive integer: {quantity}", "parameter_invalid_integer", $"{at}[quantity]")));
        }

        return lines.Count > 0 ? lines : throw StripeFault.Required("line_items[0][price]");
    }
}
