using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Stripe;

public sealed class StripeTests
{
    [Fact]
    public async Task A_paid_checkout_makes_a_subscription_and_sends_one_signed_event()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = new Uri(receiver.Url, "/hooks").ToString());
        var session = await CheckoutAsync(cloud);
        ((string?)session["status"]).ShouldBe("open");
        ((string?)session["payment_status"]).ShouldBe("unpaid");
        session.Json["subscription"].ShouldBeNull();

        var paidAt = cloud.Clock.GetUtcNow().ToUnixTimeSeconds();
        var paid = await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay");

        ((string?)paid["status"]).ShouldBe("complete");
        ((string?)paid["payment_status"]).ShouldBe("paid");
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count > 0), "the webhook");
        var received = receiver.All.Single();
        received.Path.ShouldBe("/hooks");
        ShouldBeSigned(received, "whsec_local");
        var sent = JsonNode.Parse(received.Body)!;
        ((string?)sent["object"]).ShouldBe("event");
        ((string?)sent["type"]).ShouldBe("checkout.session.completed");
        ((bool)sent["livemode"]!).ShouldBeFalse();
        ((string?)sent["api_version"]).ShouldNotBeNullOrEmpty();
        ((long)sent["created"]!).ShouldBe(paidAt);
        var about = sent["data"]!["object"]!;
        ((string?)about["object"]).ShouldBe("checkout.session");
        ((string?)about["client_reference_id"]).ShouldBe("order-7");
        ((string?)about["metadata"]!["order_id"]).ShouldBe("7");
        ((string?)about["customer"])!.ShouldStartWith("cus_");
        var subscription = await cloud.GetAsync($"/stripe/v1/subscriptions/{about["subscription"]}");
        ((string?)subscription["status"]).ShouldBe("active");
        subscription["metadata"].ToJsonString().ShouldBe("""{"plan":"agent"}""", "a session's metadata is not copied");
        subscription.Json.AsObject().ContainsKey("current_period_end").ShouldBeFalse("it moved to the items");
        ((long)subscription["items"]["data"]![0]!["current_period_end"]!).ShouldBeGreaterThan(0);
        ((string?)subscription["items"]["data"]![0]!["price"]!["id"]).ShouldBe("price_1");
    }

    [Fact]
    public async Task Paying_twice_is_paying_once()
    {
        await using var cloud = await TestCloud.StartAsync();
        var session = await CheckoutAsync(cloud);

        var first = await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay");
        var second = await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay");

        ((string?)second["subscription"]).ShouldBe((string?)first["subscription"]);
        (await cloud.GetAsync("/stripe/v1/events?type=checkout.session.completed"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_page_has_a_button_that_pays_and_sends_the_customer_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var session = await CheckoutAsync(cloud, ("cancel_url", "http://shop.test/?a=1&b=\"2\""));
        var path = new Uri((string)session["url"]!).AbsolutePath;
        path.ShouldBe($"/stripe/checkout/{session["id"]}");

        var page = await cloud.GetAsync(path);
        page.Headers["Content-Type"].ShouldStartWith("text/html");
        page.Text.ShouldContain("<form method=\"post\">");
        page.Text.ShouldContain("href=\"http://shop.test/?a=1&amp;b=&quot;2&quot;\"");

        var paid = await cloud.PostFormAsync(path);
        paid.Status.ShouldBe(303);
        paid.Headers["Location"].ShouldBe($"http://shop.test/thanks?session={session["id"]}");
        (await cloud.GetAsync(path)).Text.ShouldContain("This session is complete.");
    }

    [Fact]
    public async Task A_failing_endpoint_is_tried_again_with_the_same_event_and_a_new_signature()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = 500;
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/stripe/webhook-endpoint", $$"""{"url":"{{receiver.Url}}"}""");
        await cloud.PostAsync($"/_local/stripe/checkout/{(await CheckoutAsync(cloud))["id"]}/pay");
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "the second attempt");
        receiver.Status = 200;

        await cloud.UntilAsync(
            async () => (string?)(await cloud.GetAsync("/_local/stripe/deliveries"))["deliveries"][0]!["state"] == "delivered", "the delivery");

        var attempts = receiver.All;
        attempts.Select(a => a.Text).Distinct().Count().ShouldBe(1);
        attempts.Select(a => a.Headers["Stripe-Signature"]).Distinct().Count().ShouldBe(attempts.Count);
        foreach (var attempt in attempts)
        {
            ShouldBeSigned(attempt, "whsec_local");
        }

        var delivery = (await cloud.GetAsync("/_local/stripe/deliveries"))["deliveries"][0]!;
        delivery["attempts"]!.AsArray().Select(a => (int)a!["status"]!).ShouldBe([500, 500, 200]);
    }

    [Fact]
    public async Task A_dead_endpoint_is_given_up_after_six_attempts()
    {
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = "http://127.0.0.1:9/");
        await cloud.PostAsync($"/_local/stripe/checkout/{(await CheckoutAsync(cloud))["id"]}/pay");

        await cloud.UntilAsync(
            async () => (string?)(await cloud.GetAsync("/_local/stripe/deliveries"))["deliveries"][0]!["state"] == "failed", "giving up");

        var attempts = (await cloud.GetAsync("/_local/stripe/deliveries"))["deliveries"][0]!["attempts"]!.AsArray();
        attempts.Count.ShouldBe(6);
        ((string?)attempts[0]!["error"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_cancelled_subscription_tells_so_and_an_event_can_be_sent_again()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = receiver.Url.ToString());
        var paid = await cloud.PostAsync($"/_local/stripe/checkout/{(await CheckoutAsync(cloud))["id"]}/pay");

        var cancelled = await cloud.DeleteAsync($"/stripe/v1/subscriptions/{paid["subscription"]}");

        ((string?)cancelled["status"]).ShouldBe("canceled");
        var events = (await cloud.GetAsync("/stripe/v1/events?types[]=customer.subscription.deleted&types[]=checkout.session.completed"))["data"].AsArray();
        events.Select(e => (string?)e!["type"]).ShouldBe(["customer.subscription.deleted", "checkout.session.completed"]);
        ((string?)events[0]!["data"]!["object"]!["id"]).ShouldBe((string?)paid["subscription"]);
        (await cloud.GetAsync("/stripe/v1/events?types[]=checkout.session.completed"))["data"].AsArray().Count.ShouldBe(1);
        await cloud.PostAsync($"/_local/stripe/events/{events[0]!["id"]}/resend");
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 3), "three deliveries");
        receiver.All.Select(r => (string?)JsonNode.Parse(r.Body)!["id"]).Distinct().Count().ShouldBe(2);
        (await cloud.DeleteAsync($"/stripe/v1/subscriptions/{paid["subscription"]}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_payment_that_fails_makes_the_subscription_past_due()
    {
        await using var cloud = await TestCloud.StartAsync();
        var paid = await cloud.PostAsync($"/_local/stripe/checkout/{(await CheckoutAsync(cloud))["id"]}/pay");

        await cloud.PostAsync($"/_local/stripe/subscriptions/{paid["subscription"]}/status", """{"status":"past_due"}""");

        ((string?)(await cloud.GetAsync($"/stripe/v1/subscriptions/{paid["subscription"]}"))["status"]).ShouldBe("past_due");
        ((string?)(await cloud.GetAsync("/stripe/v1/events"))["data"][0]!["type"]).ShouldBe("customer.subscription.updated");
        (await cloud.PostAsync($"/_local/stripe/subscriptions/{paid["subscription"]}/status", """{"status":"sad"}""")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_session()
    {
        await using var cloud = await TestCloud.StartAsync();

        var first = await CheckoutAsync(cloud, idempotencyKey: "order-7");
        var second = await CheckoutAsync(cloud, idempotencyKey: "order-7");
        var third = await CheckoutAsync(cloud, idempotencyKey: "order-8");

        ((string?)second["id"]).ShouldBe((string?)first["id"]);
        ((string?)third["id"]).ShouldNotBe((string?)first["id"]);
    }

    [Fact]
    public async Task An_unpaid_session_expires_after_a_day()
    {
        await using var cloud = await TestCloud.StartAsync();
        var session = await CheckoutAsync(cloud);
        cloud.Clock.Advance(TimeSpan.FromHours(24));

        ((string?)(await cloud.GetAsync($"/stripe/v1/checkout/sessions/{session["id"]}"))["status"]).ShouldBe("expired");
        (await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Mistakes_are_answered_in_stripes_error_shape()
    {
        await using var cloud = await TestCloud.StartAsync();

        var missing = await cloud.PostFormAsync("/stripe/v1/checkout/sessions", ("mode", "subscription"));
        missing.Status.ShouldBe(400);
        ((string?)missing["error"]["type"]).ShouldBe("invalid_request_error");
        ((string?)missing["error"]["code"]).ShouldBe("parameter_missing");
        var unknown = await cloud.GetAsync("/stripe/v1/subscriptions/sub_nobody");
        unknown.Status.ShouldBe(404);
        ((string?)unknown["error"]["code"]).ShouldBe("resource_missing");
        (await cloud.SendAsync("GET", "/stripe/v1/events", null, r => r.Headers.Authorization = null)).Status.ShouldBe(401);
        (await cloud.SendAsync("GET", "/stripe/v1/events", null, r => r.Headers.Authorization = new("Bearer", "sk_other"))).Status.ShouldBe(401);
    }

    private static void ShouldBeSigned(Received received, string secret)
    {
        var parts = received.Headers["Stripe-Signature"].Split(',').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        long.Parse(parts["t"], CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        byte[] message = [.. Encoding.UTF8.GetBytes(parts["t"] + "."), .. received.Body];
        parts["v1"].ShouldBe(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message)));
    }

    private static async Task<Answer> CheckoutAsync(TestCloud cloud, (string, string)? more = null, string? idempotencyKey = null)
    {
        List<(string Name, string Value)> fields =
        [
            ("mode", "subscription"), ("line_items[0][price]", "price_1"), ("line_items[0][quantity]", "1"),
            ("client_reference_id", "order-7"), ("metadata[order_id]", "7"), ("subscription_data[metadata][plan]", "agent"),
            ("success_url", "http://shop.test/thanks?session={CHECKOUT_SESSION_ID}"),
        ];
        if (more is { } field)
        {
            fields.Add(field);
        }

        var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        var answer = await cloud.SendAsync("POST", "/stripe/v1/checkout/sessions", form, request =>
        {
            if (idempotencyKey is not null)
            {
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            }
        });
        answer.Status.ShouldBe(200, answer.Text);
        return answer;
    }
}
