using System.Net;
using Slipway.Payments;
using Slipway.Payments.Stripe;
using Slipway.Testing;

namespace Slipway.Tests.Payments;

/// <summary>The bytes that go to Stripe and come from it.</summary>
public sealed class StripeClientTests
{
    private const string Key = "sk_test_planted_0123456789";

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_subscription_is_read_in_todays_shape()
    {
        var subscription = await ReadAsync(
            """
            {"id":"sub_1","object":"subscription","status":"active","created":1700000000,"customer":"cus_1","cancel_at_period_end":true,"cancel_at":null,
             "latest_invoice":"in_1","metadata":{"agent_id":"agt-1"},
             "items":{"object":"list","data":[{"id":"si_1","current_period_start":1700000100,"current_period_end":1702592100,"price":{"id":"price_1"}}]}}
            """);

        (subscription.Id, subscription.Status, subscription.Customer, subscription.Price, subscription.LatestInvoice).ShouldBe(("sub_1", "active", "cus_1", "price_1", "in_1"));
        subscription.PeriodStart.ToUnixTimeSeconds().ShouldBe(1700000100);
        subscription.EndsAt!.Value.ToUnixTimeSeconds().ShouldBe(1702592100);
        subscription.Metadata!["agent_id"].ShouldBe("agt-1");
    }

    [Fact]
    public async Task A_subscription_is_read_in_the_shape_before_2025_and_with_expanded_objects()
    {
        var subscription = await ReadAsync(
            """
            {"id":"sub_1","status":"past_due","created":1700000000,"current_period_start":1700000100,"current_period_end":1702592100,
             "customer":{"id":"cus_1","object":"customer"},"latest_invoice":{"id":"in_1","object":"invoice"},"cancel_at":1701000000,
             "items":{"data":[{"id":"si_1","price":{"id":"price_1"}}]}}
            """);

        (subscription.Customer, subscription.LatestInvoice).ShouldBe(("cus_1", "in_1"));
        subscription.PeriodStart.ToUnixTimeSeconds().ShouldBe(1700000100);
        subscription.EndsAt!.Value.ToUnixTimeSeconds().ShouldBe(1701000000, "a date comes before the period's end");
    }

    [Theory]
    [InlineData("""{"id":"in_1","status":"paid","amount_paid":2900,"payments":{"data":[{"status":"canceled","payment":{"payment_intent":"pi_0"}},{"status":"paid","payment":{"payment_intent":"pi_1"}}]}}""", "pi_1")]
    [InlineData("""{"id":"in_1","status":"paid","amount_paid":2900,"payments":{"data":[{"status":"paid","payment":{"type":"charge","charge":"ch_1"}}]}}""", "ch_1")]
    [InlineData("""{"id":"in_1","status":"paid","amount_paid":2900,"payment_intent":"pi_1","charge":"ch_1"}""", "pi_1")]
    [InlineData("""{"id":"in_1","status":"paid","amount_paid":2900,"payment_intent":null,"charge":{"id":"ch_1"}}""", "ch_1")]
    [InlineData("""{"id":"in_1","status":"paid","amount_paid":0,"payment_intent":null,"charge":null}""", null)]
    [InlineData("""{"id":"in_1","status":"open","amount_paid":0,"payments":{"data":[{"status":"open","payment":{"payment_intent":"pi_1"}}]}}""", null)]
    public async Task What_was_paid_of_an_invoice_is_read_in_both_shapes(string invoice, string? paid)
    {
        using var client = Client(new ScriptedExchange("GET", "/v1/invoices/in_1?expand[]=payments", HttpStatusCode.OK, invoice));

        (await client.GetInvoiceAsync("in_1")).Paid.Select(p => p.Id).ShouldBe(paid is null ? [] : [paid]);
    }

    [Fact]
    public async Task A_subscription_nobody_knows_is_none()
    {
        using var client = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1", HttpStatusCode.NotFound, Error("resource_missing", "No such subscription")));

        (await client.FindSubscriptionAsync("sub_1")).ShouldBeNull();
    }

    [Fact]
    public async Task An_id_stays_one_segment_of_the_path()
    {
        using var client = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1%2F..%2F..%2Fcharges", HttpStatusCode.NotFound));

        (await client.FindSubscriptionAsync("sub_1/../../charges")).ShouldBeNull();
    }

    [Fact]
    public async Task A_checkout_carries_the_order_on_the_session_and_on_the_subscription_under_one_key()
    {
        var seen = "";
        using var client = Client(new ScriptedExchange("POST", "/v1/checkout/sessions", HttpStatusCode.OK, """{"id":"cs_1","url":"https://checkout.example/cs_1","status":"open","payment_status":"unpaid"}""")
        {
            Inspect = (request, body) =>
            {
                seen = WebUtility.UrlDecode(body);
                request.Headers.GetValues("Idempotency-Key").ShouldBe(["checkout-agt-1"]);
                request.Content!.Headers.ContentType!.MediaType.ShouldBe("application/x-www-form-urlencoded");
                request.Headers.Authorization!.ToString().ShouldBe($"Bearer {Key}");
            },
        });

        var session = await client.CreateCheckoutAsync(new StripeOrder("agt-1", "price_1", new Uri("https://shop.example/ok?s={CHECKOUT_SESSION_ID}"), new Uri("https://shop.example/no")));

        (session.Id, session.Url, session.IsPaid).ShouldBe(("cs_1", "https://checkout.example/cs_1", false));
        seen.Split('&').ShouldBe(
            [
                "mode=subscription", "line_items[0][price]=price_1", "line_items[0][quantity]=1", "client_reference_id=agt-1", "metadata[agent_id]=agt-1",
                "subscription_data[metadata][agent_id]=agt-1", "success_url=https://shop.example/ok?s={CHECKOUT_SESSION_ID}", "cancel_url=https://shop.example/no",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_refund_has_the_same_key_whoever_asks_and_one_made_before_is_no_error()
    {
        using var client = Client(
            Refund(HttpStatusCode.OK, """{"id":"re_1","status":"pending","amount":2900,"currency":"eur"}"""),
            Refund(HttpStatusCode.BadRequest, Error("charge_already_refunded", "Charge ch_1 has already been refunded.")));

        (await client.RefundAsync(new StripePayment { PaymentIntent = "pi_1" }, "sub_1"))!.GoesBack.ShouldBeTrue();
        (await client.RefundAsync(new StripePayment { PaymentIntent = "pi_1" }, "sub_1")).ShouldBeNull();
    }

    [Fact]
    public async Task P2_after_a_refusal_that_is_certain_a_refund_is_asked_for_under_a_new_key_and_invoices_are_told_apart_by_when_they_were_paid()
    {
        using var client = Client(
            new ScriptedExchange("POST", "/v1/refunds", HttpStatusCode.OK, """{"id":"re_1","status":"failed"}""")
            {
                Inspect = (request, _) => request.Headers.GetValues("Idempotency-Key").ShouldBe(["refund-pi_1-2"]),
            },
            new ScriptedExchange("GET", "/v1/invoices?subscription=sub_1&status=paid&limit=100", HttpStatusCode.OK, """
                {"data":[
                {"id":"in_4","created":1700000000,"amount_paid":2900,"status_transitions":{"paid_at":1700000500}},
                {"id":"in_3","created":1700000000,"amount_paid":0,"status_transitions":{"paid_at":1700000500}},
                {"id":"in_2","created":1700000000,"amount_paid":2900,"status_transitions":{"paid_at":1700000100}},
                {"id":"in_1","created":1700000300,"amount_paid":2900}],"has_more":false}
                """));

        (await client.RefundAsync(new StripePayment { PaymentIntent = "pi_1" }, "sub_1", refusals: 2))!.HasFailed.ShouldBeTrue();
        (await client.ListInvoicesPaidSinceAsync("sub_1", DateTimeOffset.FromUnixTimeSeconds(1700000200))).ShouldBe(["in_4", "in_1"]);
    }

    [Fact]
    public async Task A_refund_is_asked_for_under_the_payments_own_key()
    {
        using var client = Client(Refund(HttpStatusCode.OK, """{"id":"re_1","status":"requires_action"}"""));

        var waits = (await client.RefundAsync(new StripePayment { PaymentIntent = "pi_1" }, "sub_1"))!;

        (waits.GoesBack, waits.HasFailed).ShouldBe((false, false), "it may go back still");
    }

    [Fact]
    public async Task Cancelling_what_has_ended_is_no_error()
    {
        using var client = Client(new ScriptedExchange("DELETE", "/v1/subscriptions/sub_1", HttpStatusCode.NotFound, Error("resource_missing", "No such subscription: 'sub_1'")));

        await client.CancelSubscriptionAsync("sub_1");
    }

    [Fact]
    public async Task Events_are_read_page_by_page_to_the_last()
    {
        using var client = Client(
            new ScriptedExchange("GET", "/v1/events?limit=100&created[gte]=1700000000&types[]=invoice.paid", HttpStatusCode.OK, """{"data":[{"id":"evt_3","type":"invoice.paid"},{"id":"evt_2","type":"invoice.paid"}],"has_more":true}"""),
            new ScriptedExchange("GET", "/v1/events?limit=100&created[gte]=1700000000&types[]=invoice.paid&starting_after=evt_2", HttpStatusCode.OK, """{"data":[{"id":"evt_1","type":"invoice.paid"}],"has_more":false}"""));
        var ids = new List<string?>();

        await foreach (var happened in client.ListEventsAsync(["invoice.paid"], DateTimeOffset.FromUnixTimeSeconds(1700000000)))
        {
            ids.Add(happened.Id);
        }

        ids.ShouldBe(["evt_3", "evt_2", "evt_1"]);
    }

    [Theory]
    [InlineData(401, true, false, "STRIPE_SECRET_KEY")]
    [InlineData(403, true, false, "write subscriptions")]
    [InlineData(400, false, true, "Insufficient funds")]
    [InlineData(402, false, true, "Insufficient funds")]
    [InlineData(409, false, false, "Insufficient funds")]
    [InlineData(429, false, false, "Insufficient funds")]
    [InlineData(500, false, false, "Insufficient funds")]
    public async Task A_refusal_says_to_what_and_what_to_do_and_never_the_key(int status, bool isCredential, bool isFinal, string says)
    {
        using var client = Client(new ScriptedExchange(
            "GET", "/v1/subscriptions/sub_1", (HttpStatusCode)status, Error("balance_insufficient", isCredential ? $"Invalid API Key provided: {Key}" : "Insufficient funds")));

        var refusal = await Should.ThrowAsync<StripeException>(() => client.FindSubscriptionAsync("sub_1"));

        (refusal.IsCredential, refusal.IsFinal).ShouldBe((isCredential, isFinal));
        refusal.Message.ShouldContain("GET /v1/subscriptions/sub_1");
        refusal.Message.ShouldContain(says);
        refusal.ToString().ShouldNotContain(Key);
    }

    [Fact]
    public async Task An_answer_that_is_none_and_one_that_does_not_come_are_Stripes_failures()
    {
        using var broken = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1", HttpStatusCode.OK, "<html>a proxy's page</html>"));
        using var partial = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1", HttpStatusCode.OK, """{"id":"sub_1"}"""));
        using var lost = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1", HttpStatusCode.OK) { Throws = new HttpRequestException("reset") });

        (await Should.ThrowAsync<StripeException>(() => broken.FindSubscriptionAsync("sub_1"))).Message.ShouldContain("Stripe:BaseUrl");
        (await Should.ThrowAsync<StripeException>(() => partial.FindSubscriptionAsync("sub_1"))).Message.ShouldContain("status");
        var gone = await Should.ThrowAsync<StripeException>(() => lost.FindSubscriptionAsync("sub_1"));
        (gone.Message, gone.IsFinal).ShouldBe(("Stripe gave no answer to GET /v1/subscriptions/sub_1: reset", false));
    }

    [Fact]
    public void A_key_is_needed_and_sent_over_https_only()
    {
        var options = new PaymentsOptions { BaseUrl = new Uri("http://stripe.example/"), WebhookSecrets = { "whsec_1" } };

        var problems = options.Validate(new(options)).Select(v => v.ErrorMessage!).ToList();

        problems.Count.ShouldBe(2);
        problems[0].ShouldContain("STRIPE_SECRET_KEY");
        problems[1].ShouldContain("use https");
    }

    private static ScriptedExchange Refund(HttpStatusCode status, string answer) => new("POST", "/v1/refunds", status, answer)
    {
        Inspect = (request, body) =>
        {
            request.Headers.GetValues("Idempotency-Key").ShouldBe(["refund-pi_1"]);
            WebUtility.UrlDecode(body).ShouldBe("payment_intent=pi_1&metadata[subscription]=sub_1");
        },
    };

    private async Task<StripeSubscription> ReadAsync(string json)
    {
        using var client = Client(new ScriptedExchange("GET", "/v1/subscriptions/sub_1", HttpStatusCode.OK, json));
        return (await client.FindSubscriptionAsync("sub_1")).ShouldNotBeNull();
    }

    private StripeClient Client(params ScriptedExchange[] exchanges) => new(new PaymentsOptions { ApiKey = Key }, new ScriptedHttp(exchanges), _time);

    private static string Error(string code, string message) => $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}","type":"invalid_request_error"}}""";
}
