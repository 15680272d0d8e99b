using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Operations;

namespace Slipway.Payments.Stripe;

/// <summary>The few requests to Stripe that are made here. Thread-safe; one for the life of the process. It repeats nothing: operations do.</summary>
public sealed class StripeClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <param name="options">The key, and where Stripe is.</param>
    /// <param name="transport">What carries the requests; the default is a pooled <see cref="SocketsHttpHandler"/>. Disposed with the client.</param>
    /// <param name="time">The clock of the time limit.</param>
    public StripeClient(PaymentsOptions options, HttpMessageHandler? transport, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(transport ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri($"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", options.ApiKey);
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("slipway/0.1");
    }

    /// <returns>Null when this account has no such subscription.</returns>
    public Task<StripeSubscription?> FindSubscriptionAsync(string id, CancellationToken cancellationToken = default) =>
        OrNullAsync(SendAsync(HttpMethod.Get, $"subscriptions/{Escape(id)}", StripeJson.Default.StripeSubscription, null, null, cancellationToken));

    /// <summary>Asks for as little as possible of what is needed later, so that a key that may not is found out.</summary>
    public async Task VerifyKeyAsync(CancellationToken cancellationToken = default)
    {
        await SendAsync(HttpMethod.Get, "subscriptions?limit=1", StripeJson.Default.StripeListStripeSubscription, null, null, cancellationToken);
        await SendAsync(HttpMethod.Get, "checkout/sessions?limit=1", StripeJson.Default.StripeListStripeCheckoutSession, null, null, cancellationToken);
        await SendAsync(HttpMethod.Get, "invoices?limit=1", StripeJson.Default.StripeListStripeInvoice, null, null, cancellationToken);
        await SendAsync(HttpMethod.Get, "events?limit=1", StripeJson.Default.StripeListStripeEvent, null, null, cancellationToken);
    }

    /// <summary>Where Stripe delivers to. A restricted key may be refused this, and is good all the same.</summary>
    public async Task<IReadOnlyList<StripeWebhookEndpoint>> ListWebhookEndpointsAsync(CancellationToken cancellationToken = default) =>
        (await SendAsync(HttpMethod.Get, "webhook_endpoints?limit=100", StripeJson.Default.StripeListStripeWebhookEndpoint, null, null, cancellationToken)).Data;

    /// <summary>The session a subscription was bought in; null when it was made otherwise.</summary>
    public async Task<StripeCheckoutSession?> FindCheckoutAsync(string subscription, CancellationToken cancellationToken = default) =>
        (await SendAsync(
            HttpMethod.Get, $"checkout/sessions?subscription={Escape(subscription)}&limit=1", StripeJson.Default.StripeListStripeCheckoutSession, null, null, cancellationToken))
        .Data is [var session, ..] ? session : null;

    /// <summary>The invoice that has waited longest for its payment; null when none waits.</summary>
    public async Task<StripeInvoice?> FindOldestOpenInvoiceAsync(string subscription, CancellationToken cancellationToken = default) =>
        (await SendAsync(
            HttpMethod.Get, $"invoices?subscription={Escape(subscription)}&status=open&limit=100", StripeJson.Default.StripeListStripeInvoice, null, null, cancellationToken))
        .Data.MinBy(i => i.Created);

    /// <summary>The invoices somebody has paid money for since then, by Stripe's clock; the few newest are asked for.</summary>
    public async Task<IReadOnlyList<string>> ListInvoicesPaidSinceAsync(string subscription, DateTimeOffset since, CancellationToken cancellationToken = default) =>
    [
        .. (await SendAsync(
            HttpMethod.Get, $"invoices?subscription={Escape(subscription)}&status=paid&limit=100", StripeJson.Default.StripeListStripeInvoice, null, null, cancellationToken))
            .Data.Where(i => i.AmountPaid > 0 && i.PaidAt >= since).Select(i => i.Id),
    ];

    public Task<StripeInvoice> GetInvoiceAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, $"invoices/{Escape(id)}?expand[]=payments", StripeJson.Default.StripeInvoice, null, null, cancellationToken);

    /// <returns>Null when this account has no such dispute.</returns>
    public Task<StripeDispute?> FindDisputeAsync(string id, CancellationToken cancellationToken = default) =>
        OrNullAsync(SendAsync(HttpMethod.Get, $"disputes/{Escape(id)}", StripeJson.Default.StripeDispute, null, null, cancellationToken));

    /// <summary>The invoice that a payment paid; null when it was for none.</summary>
    public async Task<StripeInvoice?> FindInvoiceOfAsync(string paymentIntent, CancellationToken cancellationToken = default)
    {
        string? invoice;
        try
        {
            invoice = (await SendAsync(
                HttpMethod.Get, $"invoice_payments?payment[type]=payment_intent&payment[payment_intent]={Escape(paymentIntent)}&limit=1",
                StripeJson.Default.StripeListStripeInvoicePayment, null, null, cancellationToken)).Data is [var payment, ..] ? payment.Invoice : null;
        }
        catch (StripeException e) when (e.IsFinal)
        {
            // An account whose API version is older than such lists has it on the payment itself.
            invoice = (await OrNullAsync(SendAsync(
                HttpMethod.Get, $"payment_intents/{Escape(paymentIntent)}", StripeJson.Default.StripePaymentIntent, null, null, cancellationToken)))?.Invoice;
        }

        return invoice is null ? null : await GetInvoiceAsync(invoice, cancellationToken);
    }

    /// <summary>Every event of these types since then, the newest first; Stripe keeps them for 30 days.</summary>
    public async IAsyncEnumerable<StripeEvent> ListEventsAsync(
        IEnumerable<string> types, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var filter = string.Concat(types.Select(type => $"&types[]={Escape(type)}"));
        var query = string.Create(CultureInfo.InvariantCulture, $"events?limit=100&created[gte]={since.ToUnixTimeSeconds()}{filter}");
        for (var after = ""; ;)
        {
            var page = await SendAsync(HttpMethod.Get, query + after, StripeJson.Default.StripeListStripeEvent, null, null, cancellationToken);
            foreach (var happened in page.Data)
            {
                yield return happened;
            }

            if (!page.HasMore || page.Data is not [.., { Id: { } last }])
            {
                yield break;
            }

            after = $"&starting_after={Escape(last)}";
        }
    }

    /// <summary>Opens a Checkout session for a subscription. The same order always gets the same session.</summary>
    public Task<StripeCheckoutSession> CreateCheckoutAsync(StripeOrder order, CancellationToken cancellationToken = default) => SendAsync(
        HttpMethod.Post,
        "checkout/sessions",
        StripeJson.Default.StripeCheckoutSession,
        new Dictionary<string, string>
        {
            ["mode"] = "subscription",
            ["line_items[0][price]"] = order.Price,
            ["line_items[0][quantity]"] = "1",
            ["client_reference_id"] = order.AgentId,
            // The session's metadata are not copied to the subscription.
            ["metadata[agent_id]"] = order.AgentId,
            ["subscription_data[metadata][agent_id]"] = order.AgentId,
            ["success_url"] = order.SuccessUrl.OriginalString,
            ["cancel_url"] = order.CancelUrl.OriginalString,
        },
        $"checkout-{order.AgentId}",
        cancellationToken);

    /// <returns>Null when this account has no such session.</returns>
    public Task<StripeCheckoutSession?> FindCheckoutSessionAsync(string id, CancellationToken cancellationToken = default) =>
        OrNullAsync(SendAsync(HttpMethod.Get, $"checkout/sessions/{Escape(id)}", StripeJson.Default.StripeCheckoutSession, null, null, cancellationToken));

    /// <summary>Ends a session that nobody has paid in; Stripe refuses when it is complete or expired already.</summary>
    public Task<StripeCheckoutSession> ExpireCheckoutAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"checkout/sessions/{Escape(id)}/expire", StripeJson.Default.StripeCheckoutSession, [], null, cancellationToken);

    /// <summary>Has a subscription end with the time that is paid for, or go on after all.</summary>
    public Task<StripeSubscription?> SetCancelAtPeriodEndAsync(string id, bool cancel, CancellationToken cancellationToken = default) => OrNullAsync(SendAsync(
        HttpMethod.Post,
        $"subscriptions/{Escape(id)}",
        StripeJson.Default.StripeSubscription,
        new Dictionary<string, string> { ["cancel_at_period_end"] = cancel ? "true" : "false" },
        null,
        cancellationToken));

    /// <summary>Gives a whole payment back. Asked again, it is the same refund.</summary>
    /// <param name="payment">What was paid.</param>
    /// <param name="subscription">For the refund's metadata.</param>
    /// <param name="refusals">How often it was refused for certain. Stripe repeats a refusal for a day under the same key, so each has the next asked under a new one;
    /// an answer that was lost must never have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when all of it was given back before, by whomever.</returns>
    public async Task<StripeRefund?> RefundAsync(StripePayment payment, string subscription, long refusals = 0, CancellationToken cancellationToken = default)
    {
        try
        {
            return await SendAsync(
                HttpMethod.Post,
                "refunds",
                StripeJson.Default.StripeRefund,
                new Dictionary<string, string>
                {
                    [payment.PaymentIntent is null ? "charge" : "payment_intent"] = payment.Id!,
                    ["metadata[subscription]"] = subscription,
                },
                refusals == 0 ? $"refund-{payment.Id}" : string.Create(CultureInfo.InvariantCulture, $"refund-{payment.Id}-{refusals}"),
                cancellationToken);
        }
        catch (StripeException e) when (e.Code == "charge_already_refunded")
        {
            return null;
        }
    }

    /// <summary>Ends a subscription at once; one that has ended already is fine.</summary>
    public Task CancelSubscriptionAsync(string id, CancellationToken cancellationToken = default) =>
        OrNullAsync(SendAsync(HttpMethod.Delete, $"subscriptions/{Escape(id)}", StripeJson.Default.StripeSubscription, null, null, cancellationToken));

    public void Dispose() => _http.Dispose();

    private static async Task<T?> OrNullAsync<T>(Task<T> sent)
        where T : class
    {
        try
        {
            return await sent;
        }
        catch (StripeException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<T> type, Dictionary<string, string>? form, string? idempotencyKey, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = $"{method} /v1/{path.Split('?')[0]}";
        using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : new FormUrlEncodedContent(form) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var limit = new CancellationTokenSource(OperationsOptions.HttpTimeLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return response.IsSuccessStatusCode
                ? await JsonSerializer.DeserializeAsync(body, type, either.Token) ?? throw new JsonException("The answer is null.")
                : throw Refused(endpoint, response.StatusCode, await ReadErrorAsync(body, either.Token));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StripeException($"Stripe gave no answer to {endpoint} within {OperationsOptions.HttpTimeLimit.TotalSeconds:0} s.", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StripeException($"Stripe gave no answer to {endpoint}: {e.Message}", inner: e);
        }
        catch (JsonException e)
        {
            throw new StripeException($"Stripe answered {endpoint} with something else than a {typeof(T).Name}: {e.Message} Look whether Stripe:BaseUrl is right.", inner: e);
        }
    }

    private static StripeException Refused(string endpoint, HttpStatusCode status, StripeErrorBody? error) => new(
        status switch
        {
            // What Stripe says to a wrong key repeats parts of it.
            HttpStatusCode.Unauthorized => $"Stripe refused the key for {endpoint} (401): set STRIPE_SECRET_KEY to a live secret or restricted key of the account whose webhook comes here.",
            HttpStatusCode.Forbidden => $"Stripe's key may not do {endpoint} (403): it needs to read subscriptions, invoices, payment intents, disputes, checkout sessions and events, and to write subscriptions, refunds and checkout sessions.",
            _ => string.Create(CultureInfo.InvariantCulture, $"Stripe refused {endpoint} ({(int)status}{(error?.Code is { } code ? ", " + code : "")}): {error?.Message ?? "no reason given"}"),
        },
        status,
        error?.Code);

    private static async Task<StripeErrorBody?> ReadErrorAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync(body, StripeJson.Default.StripeErrorAnswer, cancellationToken))?.Error;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
