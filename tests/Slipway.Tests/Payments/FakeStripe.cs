using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Slipway.Tests.Payments;

internal sealed record FakeSubscription(string Id, string? Agent, string Price, string Status, long Created)
{
    public long? CancelAt { get; init; }

    public string? LatestInvoice { get; init; }

    /// <summary>What the session says; null when it was made without one, with the agent in its own metadata.</summary>
    public string? PaymentStatus { get; init; } = "paid";
}

internal sealed record FakeInvoice(string Id, string Subscription, string Status, long Created, long? PaidAt);

/// <summary>
/// Stripe at the edge of the process: subscriptions that have a history, whose events carry what was so when they happened, and whose answers carry what is so now.
/// Anything asked that it does not know throws.
/// </summary>
internal sealed class FakeStripe(TimeProvider time) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FakeSubscription> _subscriptions = [];
    private readonly Dictionary<string, FakeInvoice> _invoices = [];
    private readonly Dictionary<string, (HttpStatusCode Status, string Body)> _answers = [];
    private readonly List<(string Id, string Type, long Created, string Body)> _events = [];
    private readonly Dictionary<string, string> _disputes = [];
    private readonly List<string> _requests = [];
    private readonly List<string> _refunds = [];

    public IReadOnlyList<string> Requests => _requests;

    /// <summary>What was given back, payment by payment.</summary>
    public IReadOnlyList<string> Refunds => _refunds;

    /// <summary>Requests that take effect and whose answers are lost, e.g. <c>POST refunds</c>.</summary>
    public Queue<string> LostAnswers { get; } = new();

    public (HttpStatusCode Status, string Code, string Message)? Refuses { get; set; }

    public bool IsDown { get; set; }

    /// <summary>Before 2025-03: the period on the subscription, the payment on the invoice, the subscription on the invoice.</summary>
    public bool OldShape { get; set; }

    /// <summary>The bodies of all events of a subscription so far, in the order they happened.</summary>
    public IReadOnlyList<string> EventsOf(string subscription)
    {
        lock (_gate)
        {
            return [.. _events.Where(e => e.Body.Contains($"\"{subscription}\"", StringComparison.Ordinal)).Select(e => e.Body)];
        }
    }

    /// <summary>Since when the oldest invoice waits for payment.</summary>
    public DateTimeOffset? OwedSince(string subscription) =>
        _invoices.Values.Where(i => i.Subscription == subscription && i.Status == "open").Select(i => (long?)i.Created).Min() is { } since
            ? DateTimeOffset.FromUnixTimeSeconds(since)
            : null;

    public string Status(string subscription) => _subscriptions[subscription].Status;

    /// <summary>Somebody subscribes, and pays at once unless the status says otherwise.</summary>
    public void Subscribe(string id, string? agent, string status = "active", string price = "price_1", string? paymentStatus = "paid")
    {
        var paid = status is "active" && paymentStatus is not "unpaid";
        var invoice = status == "trialing" ? null : Bill(id, paid ? "paid" : "open");
        var subscription = new FakeSubscription(id, agent, price, status, Now) { LatestInvoice = invoice, PaymentStatus = paymentStatus };
        _subscriptions.Add(id, subscription);
        Tell("customer.subscription.created", Json(subscription));
        if (paid)
        {
            Tell("invoice.paid", Json(_invoices[invoice!]));
        }

        if (paymentStatus is not null)
        {
            Tell("checkout.session.completed", Session(subscription));
        }
    }

    public void PayCheckout(string id)
    {
        _subscriptions[id] = _subscriptions[id] with { PaymentStatus = "paid" };
        Pay(id);
        Tell("checkout.session.async_payment_succeeded", Session(_subscriptions[id]));
    }

    /// <summary>A renewal whose payment fails.</summary>
    public void Fail(string id)
    {
        var invoice = Bill(id, "open");
        Tell("invoice.payment_failed", Json(_invoices[invoice]));
        Become(id, "past_due", s => s with { LatestInvoice = invoice });
    }

    /// <summary>What is owed is paid.</summary>
    public void Pay(string id)
    {
        foreach (var open in _invoices.Values.Where(i => i.Subscription == id && i.Status == "open").ToList())
        {
            _invoices[open.Id] = open with { Status = "paid", PaidAt = Now };
            Tell("invoice.paid", Json(_invoices[open.Id]));
        }

        // An open invoice of a subscription that has ended can be paid still; it does not begin again.
        if (Status(id) != "canceled")
        {
            Become(id, "active");
        }
    }

    /// <summary>The first payment was a bank debit, and days later the bank refuses it.</summary>
    public void FailCheckout(string id)
    {
        Become(id, "past_due");
        Tell("checkout.session.async_payment_failed", Session(_subscriptions[id]));
    }

    public void Cancel(string id) => Become(id, "canceled", type: "customer.subscription.deleted");

    public void CancelAt(string id, DateTimeOffset at) => Become(id, Status(id), s => s with { CancelAt = at.ToUnixTimeSeconds() });

    public void Become(string id, string status, Func<FakeSubscription, FakeSubscription>? change = null, string type = "customer.subscription.updated")
    {
        lock (_gate)
        {
            var changed = _subscriptions[id] with { Status = status };
            _subscriptions[id] = change?.Invoke(changed) ?? changed;
            Tell(type, Json(_subscriptions[id]));
        }
    }

    /// <summary>The customer's bank takes a payment back, or decides.</summary>
    public void Dispute(string id, string status, string payment, string type = "charge.dispute.created")
    {
        _disputes[id] = JsonSerializer.Serialize(new { id, @object = "dispute", status, reason = "fraudulent", payment_intent = payment, charge = "ch_1" });
        Tell(type, _disputes[id]);
    }

    public void Forget(string id) => _subscriptions.Remove(id);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri!.AbsolutePath["/v1/".Length..];
        lock (_gate)
        {
            _requests.Add($"{request.Method} {path}");
            if (IsDown)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody answers");
            }

            request.Headers.Authorization!.ToString().ShouldBe("Bearer sk_test_by_hand");
            var (status, text) = Answer(request.Method, path, Fields(request.RequestUri.Query.TrimStart('?')), Fields(body), Key(request));
            if (LostAnswers.TryPeek(out var lost) && lost == $"{request.Method} {path}")
            {
                LostAnswers.Dequeue();
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "the answer was lost");
            }

            return new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent(text, Encoding.UTF8, "application/json") };
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    private (HttpStatusCode Status, string Body) Answer(
        HttpMethod method, string path, Dictionary<string, string> query, Dictionary<string, string> form, string? key) => (method.Method, path.Split('/')) switch
        {
            ("GET", ["subscriptions", var id]) => _subscriptions.TryGetValue(id, out var found) ? Ok(Json(found)) : Missing(id),
            ("DELETE", ["subscriptions", var id]) => End(id),
            ("GET", ["checkout", "sessions"]) => Ok(List(_subscriptions.Values.Where(s => s.Id == query["subscription"] && s.PaymentStatus is not null).Select(Session))),
            ("GET", ["invoices"]) => Ok(List(_invoices.Values.Where(i => i.Subscription == query["subscription"] && i.Status == query["status"]).Reverse().Select(Json))),
            ("GET", ["invoices", var id]) => Ok(Json(_invoices[id])),
            ("POST", ["refunds"]) => Refund(form["payment_intent"], key.ShouldNotBeNull()),
            ("GET", ["disputes", var id]) => _disputes.TryGetValue(id, out var dispute) ? Ok(dispute) : Missing(id),
            ("GET", ["invoice_payments"]) when OldShape => Error(HttpStatusCode.NotFound, "unknown_url", "Unrecognized request URL"),
            ("GET", ["invoice_payments"]) => Ok(List(
                _invoices.Keys.Where(i => $"pi_{i}" == query["payment[payment_intent]"] && query["payment[type]"] == "payment_intent")
                    .Select(i => JsonSerializer.Serialize(new { @object = "invoice_payment", invoice = i, status = "paid" })))),
            ("GET", ["payment_intents", var id]) => Ok(JsonSerializer.Serialize(new { id, @object = "payment_intent", invoice = id["pi_".Length..] })),
            ("GET", ["events"]) => Page(query),
            _ => throw new InvalidOperationException($"Nobody arranged an answer for '{method} {path}'."),
        };

    private (HttpStatusCode Status, string Body) End(string id)
    {
        if (_subscriptions.GetValueOrDefault(id) is not { Status: not "canceled" })
        {
            return Missing(id);
        }

        Cancel(id);
        return Ok(Json(_subscriptions[id]));
    }

    private (HttpStatusCode Status, string Body) Refund(string payment, string key)
    {
        // Whatever it was answered, refusals too, it is answered again for a day.
        if (_answers.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Refuses is { } refusal)
        {
            return _answers[key] = Error(refusal.Status, refusal.Code, refusal.Message);
        }

        if (_refunds.Contains(payment))
        {
            return Error(HttpStatusCode.BadRequest, "charge_already_refunded", "Charge ch_1 has already been refunded.");
        }

        _refunds.Add(payment);
        return _answers[key] = Ok($$"""{"id":"re_{{_refunds.Count}}","object":"refund","status":"succeeded","amount":2900,"currency":"eur"}""");
    }

    /// <summary>Two to a page, so that whoever reads only the first is found out.</summary>
    private (HttpStatusCode Status, string Body) Page(Dictionary<string, string> query)
    {
        var since = long.Parse(query["created[gte]"], CultureInfo.InvariantCulture);
        var all = _events.Where(e => e.Created >= since).Reverse().ToList();
        var rest = query.TryGetValue("starting_after", out var after) ? all.SkipWhile(e => e.Id != after).Skip(1).ToList() : all;
        return Ok($$"""{"object":"list","data":[{{string.Join(',', rest.Take(2).Select(e => e.Body))}}],"has_more":{{(rest.Count > 2 ? "true" : "false")}}}""");
    }

    public string Bill(string subscription, string status)
    {
        var id = $"in_{subscription}_{_invoices.Count(i => i.Value.Subscription == subscription) + 1}";
        _invoices.Add(id, new FakeInvoice(id, subscription, status, Now, status == "paid" ? Now : null));
        return id;
    }

    private void Tell(string type, string about)
    {
        var id = $"evt_{_events.Count + 1:0000}";
        var created = Now;
        _events.Add((id, type, created, $$$"""{"id":"{{{id}}}","object":"event","created":{{{created}}},"type":"{{{type}}}","data":{"object":{{{about}}} }}"""));
    }

    private string Json(FakeSubscription subscription)
    {
        var item = new Dictionary<string, object?> { ["id"] = "si_1", ["price"] = new { id = subscription.Price } };
        var all = new Dictionary<string, object?>
        {
            ["id"] = subscription.Id,
            ["object"] = "subscription",
            ["status"] = subscription.Status,
            ["created"] = subscription.Created,
            ["customer"] = "cus_1",
            ["cancel_at"] = subscription.CancelAt,
            ["cancel_at_period_end"] = false,
            ["latest_invoice"] = subscription.LatestInvoice,
            ["metadata"] = subscription is { PaymentStatus: null, Agent: not null } ? new Dictionary<string, string> { ["agent_id"] = subscription.Agent } : new Dictionary<string, string>(),
            ["items"] = new { data = new[] { item } },
        };
        (OldShape ? all : item)["current_period_start"] = subscription.Created;
        (OldShape ? all : item)["current_period_end"] = subscription.Created + 2_592_000;
        return JsonSerializer.Serialize(all);
    }

    private string Json(FakeInvoice invoice)
    {
        var all = new Dictionary<string, object?>
        {
            ["id"] = invoice.Id,
            ["object"] = "invoice",
            ["status"] = invoice.Status,
            ["created"] = invoice.Created,
            ["amount_paid"] = invoice.Status == "paid" ? 2900 : 0,
            ["status_transitions"] = new { paid_at = invoice.PaidAt },
        };
        if (OldShape)
        {
            all["subscription"] = invoice.Subscription;
            all["payment_intent"] = $"pi_{invoice.Id}";
        }
        else
        {
            all["parent"] = new { subscription_details = new { subscription = invoice.Subscription } };
            all["payments"] = new
            {
                data = new[]
                {
                    new { status = "canceled", payment = new { type = "payment_intent", payment_intent = $"pi_{invoice.Id}_first" } },
                    new { status = invoice.Status, payment = new { type = "payment_intent", payment_intent = $"pi_{invoice.Id}" } },
                },
            };
        }

        return JsonSerializer.Serialize(all);
    }

    private static string Session(FakeSubscription subscription) => JsonSerializer.Serialize(new
    {
        id = $"cs_{subscription.Id}",
        @object = "checkout.session",
        mode = "subscription",
        status = "complete",
        payment_status = subscription.PaymentStatus,
        client_reference_id = subscription.Agent,
        subscription = subscription.Id,
        customer = "cus_1",
    });

    private static string List(IEnumerable<string> data) => $$"""{"object":"list","data":[{{string.Join(',', data)}}],"has_more":false}""";

    private static (HttpStatusCode Status, string Body) Ok(string body) => (HttpStatusCode.OK, body);

    private static (HttpStatusCode Status, string Body) Missing(string id) => Error(HttpStatusCode.NotFound, "resource_missing", $"No such subscription: '{id}'");

    private static (HttpStatusCode Status, string Body) Error(HttpStatusCode status, string code, string message) =>
        (status, JsonSerializer.Serialize(new { error = new { code, message, type = "invalid_request_error" } }));

    private static string? Key(HttpRequestMessage request) => request.Headers.TryGetValues("Idempotency-Key", out var values) ? values.Single() : null;

    private static Dictionary<string, string> Fields(string text) => text.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(field => field.Split('=', 2))
        .GroupBy(field => WebUtility.UrlDecode(field[0]))
        .ToDictionary(fields => fields.Key, fields => WebUtility.UrlDecode(fields.Last()[1]));
}
