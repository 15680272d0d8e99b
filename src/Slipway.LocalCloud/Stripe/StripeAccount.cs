using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Everything in the one modelled account, under one lock; every change is an event, and every event is sent to whoever wants it.</summary>
internal sealed class StripeAccount(LocalCloudOptions options, Deliveries deliveries, TimeProvider time, StateChanges changes)
{
    private const string ApiVersion = "2026-07-29.dahlia";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>What a control plane subscribes to; the option's endpoint is told of no more unless it says so.</summary>
    private static readonly string[] UsualEvents =
    [
        "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
        "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused", "customer.subscription.resumed",
        "invoice.payment_failed", "invoice.payment_action_required", "charge.refunded", "charge.dispute.created", "charge.dispute.closed",
    ];

    private readonly List<StripeEvent> _events = [];
    private SideEndpoint? _sideEndpoint;

    public Lock Gate { get; } = new();

    public Dictionary<string, Customer> Customers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Product> Products { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Price> Prices { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, CheckoutSession> Sessions { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Subscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Invoice> Invoices { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, PaymentIntent> PaymentIntents { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Refund> Refunds { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TestClock> TestClocks { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, WebhookEndpoint> Endpoints { get; } = new(StringComparer.Ordinal);

    /// <summary>The endpoint of the options or the side channel, with the options' secret; null sends nothing.</summary>
    public WebhookEndpoint? OptionEndpoint { get; private set; } = EndpointOf(options, options.StripeWebhookUrl, null);

    /// <summary>That one too, the oldest.</summary>
    public IEnumerable<WebhookEndpoint> AllEndpoints => OptionEndpoint is { } given ? Endpoints.Values.Prepend(given) : Endpoints.Values;

    /// <summary>Seconds since 1970 on the cloud's clock.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The time a customer lives in: a test clock's, if they were made on one.</summary>
    public long NowOf(string? customer) =>
        customer is not null && Customers.GetValueOrDefault(customer)?.TestClock is { } clock ? TestClocks[clock].FrozenTime : Now;

    public void SendTo(string? url, IReadOnlyList<string>? enabledEvents)
    {
        _sideEndpoint = new SideEndpoint(url, enabledEvents);
        OptionEndpoint = EndpointOf(options, url, enabledEvents);
    }

    public StripeState Keep(Billing billing, IdempotencyKeys keys)
    {
        lock (Gate)
        {
            return new StripeState(
                [.. Customers.Values.Select(c => new CustomerState(c, c.Declines))], [.. Products.Values], [.. Prices.Values],
                [.. Sessions.Values.Select(s => new SessionState(s, s.SubscriptionMetadata, s.TrialDays, s.LineItems))], [.. Subscriptions.Values],
                [.. Invoices.Values], [.. PaymentIntents.Values], [.. Refunds.Values], [.. TestClocks.Values], [.. Endpoints.Values], _sideEndpoint, [.. _events],
                billing.AfterLastRetry, billing.LastNumber, [.. deliveries.Waits.Select(w => w.TotalSeconds)], deliveries.Keep(), keys.Keep());
        }
    }

    public void Restore(StripeState state, Billing billing, IdempotencyKeys keys)
    {
        lock (Gate)
        {
            Fill(Customers, state.Customers.Select(c => c.Customer with { Declines = c.Declines }), c => c.Id);
            Fill(Products, state.Products, p => p.Id);
            Fill(Prices, state.Prices, p => p.Id);
            Fill(
                Sessions,
                state.Sessions.Select(s => s.Session with { SubscriptionMetadata = s.SubscriptionMetadata, TrialDays = s.TrialDays, LineItems = s.LineItems }), s => s.Id);
            Fill(Subscriptions, state.Subscriptions, s => s.Id);
            Fill(Invoices, state.Invoices, i => i.Id);
            Fill(PaymentIntents, state.PaymentIntents, p => p.Id);
            Fill(Refunds, state.Refunds, r => r.Id);
            Fill(TestClocks, state.TestClocks, c => c.Id);
            Fill(Endpoints, state.Endpoints, e => e.Id);
            _events.AddRange(state.Events);
            if (state.SideEndpoint is { } side)
            {
                SendTo(side.Url, side.EnabledEvents);
            }

            (billing.AfterLastRetry, billing.LastNumber) = (state.AfterLastRetry, state.LastNumber);
            deliveries.Waits = [.. state.RetrySeconds.Select(TimeSpan.FromSeconds)];
            deliveries.Restore(state.Deliveries);
            keys.Restore(state.IdempotencyKeys);
        }

        static void Fill<T>(Dictionary<string, T> all, IEnumerable<T> kept, Func<T, string> id)
        {
            foreach (var one in kept)
            {
                all.Add(id(one), one);
            }
        }
    }

    /// <summary>After a restart: sends the webhooks that were still on their way.</summary>
    public void Resume()
    {
        lock (Gate)
        {
            deliveries.Resume(id => _events.Find(e => e.Id == id));
        }
    }

    public static T Get<T>(Dictionary<string, T> all, string id, string what, string param = "id") =>
        all.GetValueOrDefault(id) ?? throw StripeFault.Missing(what, id, param);

    /// <summary>Records that something happened, and sends it.</summary>
    public void Tell<T>(string type, T about, JsonTypeInfo<T> json, string? customer)
    {
        var happened = new StripeEvent(
            NewId("evt_", 24), "event", ApiVersion, NowOf(customer), new StripeEventData(JsonSerializer.SerializeToElement(about, json)), Livemode: false,
            EndpointsFor(type).Count(), new StripeEventRequest(NewId("req_", 14), IdempotencyKey: null), type);
        _events.Add(happened);
        Send(happened);
        changes.Mark();
    }

    /// <summary>The newest first, as Stripe lists them.</summary>
    public IReadOnlyList<StripeEvent> Events(Func<StripeEvent, bool> wanted)
    {
        lock (Gate)
        {
            return _events.Where(wanted).Reverse().ToList();
        }
    }

    /// <summary>Sends an event once more: receivers must not act twice.</summary>
    public void Resend(string id)
    {
        lock (Gate)
        {
            Send(_events.Find(e => e.Id == id) ?? throw StripeFault.Missing("event", id));
        }
    }

    public void Clear()
    {
        lock (Gate)
        {
            Customers.Clear();
            Products.Clear();
            Prices.Clear();
            Sessions.Clear();
            Subscriptions.Clear();
            Invoices.Clear();
            PaymentIntents.Clear();
            Refunds.Clear();
            TestClocks.Clear();
            Endpoints.Clear();
            _events.Clear();
            deliveries.Clear();
        }
    }

    public static string NewId(string prefix, int length) => prefix + RandomNumberGenerator.GetString(Alphabet, length);

    private IEnumerable<WebhookEndpoint> EndpointsFor(string type) =>
        (OptionEndpoint is null ? Endpoints.Values : Endpoints.Values.Prepend(OptionEndpoint)).Where(e => e.Wants(type));

    private void Send(StripeEvent happened)
    {
        foreach (var endpoint in EndpointsFor(happened.Type))
        {
            deliveries.Begin(happened, new Uri(endpoint.Url), endpoint.Secret!);
        }
    }

    private static WebhookEndpoint? EndpointOf(LocalCloudOptions options, string? url, IReadOnlyList<string>? events) => string.IsNullOrEmpty(url)
        ? null
        : new WebhookEndpoint("we_local", "webhook_endpoint", 0, events ?? UsualEvents, Livemode: false, options.StripeWebhookSecret, "enabled", url);
}
