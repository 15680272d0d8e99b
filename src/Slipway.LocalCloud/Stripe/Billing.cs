using System.Globalization;

namespace Slipway.LocalCloud.Stripe;

/// <summary>What becomes of subscriptions with time: renewals, failed payments and their retries, trials, ends. Called with the account's lock held.</summary>
internal sealed class Billing : IDisposable
{
    private const long FirstPaymentPatience = 23 * 3600;
    private const long Day = 24 * 3600;

    private static readonly long[] Retries = [3 * Day, 5 * Day, 7 * Day];

    private readonly StripeAccount _account;
    private readonly Payments _payments;
    private readonly ITimer _timer;

    public Billing(StripeAccount account, Payments payments, TimeProvider time)
    {
        (_account, _payments) = (account, payments);
        _timer = time.CreateTimer(_ => RunDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What a subscription becomes when the last retry failed: <c>canceled</c>, <c>unpaid</c> or <c>past_due</c>.</summary>
    public string AfterLastRetry { get; set; } = "canceled";

    /// <summary>The last invoice's number.</summary>
    public int LastNumber { get; set; }

    /// <summary>After a restart: what fell due meanwhile happens now, the rest in time.</summary>
    public void Resume()
    {
        lock (_account.Gate)
        {
            Rearm();
        }
    }

    public Subscription Subscribe(string customer, IReadOnlyList<LineItem> lines, long trialDays, IReadOnlyDictionary<string, string> metadata)
    {
        var now = _account.NowOf(customer);
        var id = StripeAccount.NewId("sub_", 24);
        var end = trialDays > 0 ? now + trialDays * Day : lines[0].Price.PeriodEnd(now);
        var items = lines.Select(line => new SubscriptionItem(
            StripeAccount.NewId("si_", 14), "subscription_item", now, now, end, new Dictionary<string, string>(), line.Price, line.Quantity, id));
        var subscription = new Subscription
        {
            Id = id,
            BillingCycleAnchor = end,
            Created = now,
            Currency = lines[0].Price.Currency,
            Customer = customer,
            Items = new StripeList<SubscriptionItem>("list", items.ToList(), HasMore: false, $"/v1/subscription_items?subscription={id}"),
            Metadata = metadata,
            StartDate = now,
            Status = trialDays > 0 ? "trialing" : "incomplete",
            TestClock = _account.Customers[customer].TestClock,
            TrialStart = trialDays > 0 ? now : null,
            TrialEnd = trialDays > 0 ? end : null,
        };
        _account.Subscriptions.Add(id, subscription);
        if (trialDays == 0)
        {
            var invoice = Attempt(Draft(subscription, "subscription_create"));
            subscription = subscription with { LatestInvoice = invoice.Id, Status = invoice.Status == "paid" ? "active" : "incomplete" };
        }

        Keep(subscription, "customer.subscription.created");
        return subscription;
    }

    /// <summary>Sets what changed, and tells of it.</summary>
    public Subscription Keep(Subscription subscription, string happened)
    {
        _account.Subscriptions[subscription.Id] = subscription;
        _account.Tell(happened, subscription, StripeJson.Wire.Subscription, subscription.Customer);
        Rearm();
        return subscription;
    }

    /// <summary>What Stripe does when a payment fails or succeeds: the status changes, and the event says so.</summary>
    public Subscription SetStatus(string id, string status)
    {
        if (!Subscription.Statuses.Contains(status, StringComparer.Ordinal))
        {
            throw new StripeFault(400, $"'{status}' is no subscription status; use one of {string.Join(", ", Subscription.Statuses)}.");
        }

        var subscription = StripeAccount.Get(_account.Subscriptions, id, "subscription");
        var ends = status is "canceled" or "incomplete_expired" ? _account.NowOf(subscription.Customer) : (long?)null;
        var happened = status switch
        {
            "canceled" => "customer.subscription.deleted",
            "paused" => "customer.subscription.paused",
            _ when subscription.Status == "paused" => "customer.subscription.resumed",
            _ => "customer.subscription.updated",
        };
        return Keep(subscription with { Status = status, CanceledAt = ends ?? subscription.CanceledAt, EndedAt = ends }, happened);
    }

    /// <summary>Tries to collect an open invoice now.</summary>
    public Invoice Pay(string id)
    {
        var invoice = StripeAccount.Get(_account.Invoices, id, "invoice");
        if (invoice.Status != "open")
        {
            throw new StripeFault(400, invoice.Status == "paid" ? "Invoice is already paid" : "Only open invoices can be paid.", "invoice_not_open");
        }

        return Settle(_account.Subscriptions[invoice.Parent.SubscriptionDetails.Subscription], invoice) is { Status: "paid" } paid
            ? paid
            : throw StripeFault.Declined();
    }

    /// <summary>Lets a test clock's customers live until then.</summary>
    public TestClock Advance(TestClock clock, long until)
    {
        while (NextDue(s => s.TestClock == clock.Id) is { } next && next.Due <= until)
        {
            _account.TestClocks[clock.Id] = clock with { FrozenTime = Math.Max(next.Due, clock.FrozenTime), Status = "advancing" };
            Happen(next.Subscription, next.Due);
        }

        return _account.TestClocks[clock.Id] = clock with { FrozenTime = until, Status = "ready" };
    }

    public void Dispose() => _timer.Dispose();

    private void RunDue()
    {
        lock (_account.Gate)
        {
            while (NextDue(s => s.TestClock is null) is { } next && next.Due <= _account.Now)
            {
                Happen(next.Subscription, next.Due);
            }

            Rearm();
        }
    }

    private void Rearm()
    {
        var wait = NextDue(s => s.TestClock is null) is { } next
            ? TimeSpan.FromSeconds(Math.Clamp(next.Due - _account.Now, 1, 40 * Day))
            : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private (Subscription Subscription, long Due)? NextDue(Func<Subscription, bool> wanted)
    {
        (Subscription, long)? first = null;
        foreach (var subscription in _account.Subscriptions.Values.Where(wanted))
        {
            if (DueOf(subscription) is { } due && (first is null || due < first.Value.Item2))
            {
                first = (subscription, due);
            }
        }

        return first;
    }

    private long? DueOf(Subscription subscription) => subscription.Status switch
    {
        "incomplete" => subscription.Created + FirstPaymentPatience,
        "past_due" => OpenInvoice(subscription)?.NextPaymentAttempt is { } retry ? Math.Min(retry, subscription.PeriodEnd) : subscription.PeriodEnd,
        "trialing" or "active" => subscription.CancelAt is { } at ? Math.Min(at, subscription.PeriodEnd) : subscription.PeriodEnd,
        _ => null,
    };

    private void Happen(Subscription subscription, long due)
    {
        if (subscription.Status == "incomplete")
        {
            SetStatus(subscription.Id, "incomplete_expired");
        }
        else if (subscription.CancelAt <= due)
        {
            Keep(subscription with { Status = "canceled", EndedAt = due }, "customer.subscription.deleted");
        }
        else if (subscription.Status == "past_due" && OpenInvoice(subscription) is { NextPaymentAttempt: { } retry } owed && retry <= due)
        {
            Settle(subscription, owed);
        }
        else
        {
            var renewed = subscription.WithPeriod(subscription.PeriodEnd, subscription.Items.Data[0].Price.PeriodEnd(subscription.PeriodEnd));
            Settle(renewed, Draft(renewed, "subscription_cycle"));
        }
    }

    private Invoice? OpenInvoice(Subscription subscription) =>
        subscription.LatestInvoice is { } id && _account.Invoices.GetValueOrDefault(id) is { Status: "open" } invoice ? invoice : null;

    /// <summary>Attempts the payment and lets the subscription follow.</summary>
    private Invoice Settle(Subscription subscription, Invoice invoice)
    {
        invoice = Attempt(invoice);
        var status = invoice.Status == "paid" ? "active"
            : subscription.Status == "incomplete" ? "incomplete"
            : invoice.NextPaymentAttempt is null ? AfterLastRetry
            : "past_due";
        var ended = status == "canceled" ? _account.NowOf(subscription.Customer) : (long?)null;
        Keep(
            subscription with { Status = status, LatestInvoice = invoice.Id, CanceledAt = ended ?? subscription.CanceledAt, EndedAt = ended },
            ended is null ? "customer.subscription.updated" : "customer.subscription.deleted");
        return invoice;
    }

    private Invoice Draft(Subscription subscription, string reason)
    {
        var id = StripeAccount.NewId("in_", 24);
        var now = _account.NowOf(subscription.Customer);
        var period = new InvoicePeriod(subscription.PeriodEnd, subscription.PeriodStart);
        var lines = subscription.Items.Data.Select(i => new InvoiceLine(
            StripeAccount.NewId("il_", 24), "line_item", i.Price.UnitAmount * i.Quantity, i.Price.Currency, i.Price.Nickname, period, i.Quantity));
        var invoice = new Invoice
        {
            Id = id,
            AmountDue = subscription.Amount,
            BillingReason = reason,
            Created = now,
            Currency = subscription.Currency,
            Customer = subscription.Customer,
            Lines = new StripeList<InvoiceLine>("list", lines.ToList(), HasMore: false, $"/v1/invoices/{id}/lines"),
            Number = string.Create(CultureInfo.InvariantCulture, $"LOCAL-{++LastNumber:0000}"),
            Parent = new InvoiceParent(null, new SubscriptionDetails(subscription.Metadata, subscription.Id), "subscription_details"),
            Payments = new StripeList<InvoicePayment>("list", [], HasMore: false, $"/v1/invoices/{id}/payments"),
            PeriodEnd = period.End,
            PeriodStart = period.Start,
            Status = "open",
            StatusTransitions = new StatusTransitions(now, null, null),
        };
        _account.Invoices.Add(id, invoice);
        _account.Tell("invoice.created", invoice with { Status = "draft" }, StripeJson.Wire.Invoice, subscription.Customer);
        _account.Tell("invoice.finalized", invoice, StripeJson.Wire.Invoice, subscription.Customer);
        return invoice;
    }

    private Invoice Attempt(Invoice invoice)
    {
        var now = _account.NowOf(invoice.Customer);
        var intent = _payments.Charge(invoice.Customer, invoice.AmountDue, invoice.Currency);
        var paid = intent.Status == "succeeded";
        var payment = new InvoicePayment(
            StripeAccount.NewId("inpay_", 24), "invoice_payment", intent.AmountReceived, invoice.Currency, invoice.Id,
            new PaymentReference(intent.Id, "payment_intent"), paid ? "paid" : "open");
        var retries = invoice.BillingReason != "subscription_create" && invoice.AttemptCount < Retries.Length;
        invoice = invoice with
        {
            AmountPaid = intent.AmountReceived,
            AttemptCount = invoice.AttemptCount + 1,
            Attempted = true,
            NextPaymentAttempt = !paid && retries ? now + Retries[invoice.AttemptCount] : null,
            Payments = invoice.Payments with { Data = [.. invoice.Payments.Data, payment] },
            Status = paid ? "paid" : "open",
            StatusTransitions = invoice.StatusTransitions with { PaidAt = paid ? now : null },
        };
        _account.Invoices[invoice.Id] = invoice;
        _account.Tell(paid ? "invoice.paid" : "invoice.payment_failed", invoice, StripeJson.Wire.Invoice, invoice.Customer);
        return invoice;
    }
}
