using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Checkout sessions, subscriptions and the events about them; every change is an event, and every event is sent.</summary>
internal sealed class StripeAccount(LocalCloudOptions options, Deliveries deliveries, TimeProvider time)
{
    private const string ApiVersion = "2026-07-29.dahlia";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const long SessionLifetime = 24 * 3600;
    private const long Period = 30 * 24 * 3600;

    private static readonly string[] Statuses =
        ["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CheckoutSession> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sessionByIdempotencyKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly List<StripeEvent> _events = [];

    /// <summary>Where events are sent from now on; null sends none.</summary>
    public Uri? WebhookUrl { get; set; } = string.IsNullOrEmpty(options.StripeWebhookUrl) ? null : new Uri(options.StripeWebhookUrl);

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    public CheckoutSession CreateSession(StripeForm form, string checkoutUrl, string? idempotencyKey)
    {
        lock (_gate)
        {
            if (idempotencyKey is not null && _sessionByIdempotencyKey.TryGetValue(idempotencyKey, out var before))
            {
                return _sessions[before];
            }

            var mode = form.Required("mode");
            if (mode != "subscription")
            {
                throw new StripeFault(400, $"Only mode=subscription is modelled here, not {mode}.", "parameter_unknown", "mode");
            }

            var items = form.LineItems();
            var id = NewId("cs_test_", 58);
            var session = new CheckoutSession
            {
                Id = id,
                AmountTotal = items.Sum(i => i.Quantity) * 2900,
                CancelUrl = form.Text("cancel_url"),
                ClientReferenceId = form.Text("client_reference_id"),
                Created = Now,
                Customer = form.Text("customer"),
                CustomerEmail = form.Text("customer_email"),
                ExpiresAt = Now + SessionLifetime,
                Metadata = form.Map("metadata"),
                Mode = mode,
                PaymentStatus = "unpaid",
                Status = "open",
                SuccessUrl = form.Required("success_url"),
                Url = $"{checkoutUrl}/{id}",
                SubscriptionMetadata = form.Map("subscription_data[metadata]"),
                LineItems = items,
            };
            _sessions.Add(id, session);
            if (idempotencyKey is not null)
            {
                _sessionByIdempotencyKey.Add(idempotencyKey, id);
            }

            return session;
        }
    }

    public CheckoutSession Session(string id)
    {
        lock (_gate)
        {
            var session = _sessions.GetValueOrDefault(id) ?? throw StripeFault.Missing("checkout.session", id);
            return session.Status == "open" && session.ExpiresAt <= Now ? session with { Status = "expired", Url = null } : session;
        }
    }

    /// <summary>Completes the session; paying twice changes nothing.</summary>
    public CheckoutSession Pay(string id)
    {
        lock (_gate)
        {
            var session = Session(id);
            if (session.Status == "complete")
            {
                return session;
            }

            if (session.Status == "expired")
            {
                throw new StripeFault(400, "This Checkout Session has expired.");
            }

            var subscription = Subscribe(session);
            _subscriptions.Add(subscription.Id, subscription);
            session = session with
            {
                Status = "complete",
                PaymentStatus = "paid",
                Customer = subscription.Customer,
                Subscription = subscription.Id,
                Url = null,
            };
            _sessions[id] = session;
            Tell("checkout.session.completed", JsonSerializer.SerializeToElement(session, StripeJson.Wire.CheckoutSession));
            return session;
        }
    }

    public Subscription Subscription(string id)
    {
        lock (_gate)
        {
            return _subscriptions.GetValueOrDefault(id) ?? throw StripeFault.Missing("subscription", id);
        }
    }

    public Subscription Cancel(string id)
    {
        lock (_gate)
        {
            if (Subscription(id).Status == "canceled")
            {
                throw StripeFault.Missing("subscription", id);
            }

            return SetStatus(id, "canceled");
        }
    }

    /// <summary>What Stripe does when a payment fails or succeeds: the status changes, and the event says so.</summary>
    public Subscription SetStatus(string id, string status)
    {
        lock (_gate)
        {
            if (!Statuses.Contains(status, StringComparer.Ordinal))
            {
                throw new StripeFault(400, $"'{status}' is no subscription status; use one of {string.Join(", ", Statuses)}.");
            }

            var ends = status == "canceled" ? Now : (long?)null;
            var subscription = Subscription(id) with { Status = status, CanceledAt = ends, EndedAt = ends };
            _subscriptions[id] = subscription;
            Tell(
                ends is null ? "customer.subscription.updated" : "customer.subscription.deleted",
                JsonSerializer.SerializeToElement(subscription, StripeJson.Wire.Subscription));
            return subscription;
        }
    }

    /// <summary>The newest first, as Stripe lists them.</summary>
    public IReadOnlyList<StripeEvent> Events(Func<StripeEvent, bool> wanted)
    {
        lock (_gate)
        {
            return _events.Where(wanted).Reverse().ToList();
        }
    }

    /// <summary>Sends an event once more: receivers must not act twice.</summary>
    public void Resend(string id)
    {
        lock (_gate)
        {
            Send(_events.Find(e => e.Id == id) ?? throw StripeFault.Missing("event", id));
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _sessions.Clear();
            _sessionByIdempotencyKey.Clear();
            _subscriptions.Clear();
            _events.Clear();
            deliveries.Clear();
        }
    }

    private Subscription Subscribe(CheckoutSession session)
    {
        var id = NewId("sub_", 24);
        var items = session.LineItems.Select(item => new SubscriptionItem(
            NewId("si_", 14), "subscription_item", Now, Now, Now + Period, new StripePrice(item.Price, "price"), item.Quantity, id));
        return new Subscription
        {
            Id = id,
            Created = Now,
            Customer = session.Customer ?? NewId("cus_", 14),
            Items = new StripeList<SubscriptionItem>("list", items.ToList(), HasMore: false, $"/v1/subscription_items?subscription={id}"),
            Metadata = session.SubscriptionMetadata,
            Status = "active",
        };
    }

    private void Tell(string type, JsonElement about)
    {
        var happened = new StripeEvent(
            NewId("evt_", 24), "event", ApiVersion, Now, new StripeEventData(about), Livemode: false,
            PendingWebhooks: WebhookUrl is null ? 0 : 1, new StripeEventRequest(NewId("req_", 14), IdempotencyKey: null), type);
        _events.Add(happened);
        Send(happened);
    }

    private void Send(StripeEvent happened)
    {
        if (WebhookUrl is { } url)
        {
            deliveries.Begin(happened, url, options.StripeWebhookSecret);
        }
    }

    private static string NewId(string prefix, int length) => prefix + RandomNumberGenerator.GetString(Alphabet, length);
}
