using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Stripe;

public sealed class PaymentTests
{
    [Fact]
    public async Task A_refund_is_made_once_for_its_idempotency_key_and_never_more_than_was_paid()
    {
        await using var cloud = await TestCloud.StartAsync();
        var intent = await PaidOnceAsync(cloud);

        var first = await RefundAsync(cloud, "key-1", ("payment_intent", intent), ("amount", "2000"));
        var again = await RefundAsync(cloud, "key-1", ("payment_intent", intent), ("amount", "2000"));
        var other = await RefundAsync(cloud, "key-1", ("payment_intent", intent), ("amount", "1"));

        again.Text.ShouldBe(first.Text);
        again.Headers["Idempotent-Replayed"].ShouldBe("true");
        other.Status.ShouldBe(400);
        ((string?)other["error"]["type"]).ShouldBe("idempotency_error");
        (await RefundAsync(cloud, "key-2", ("payment_intent", intent), ("amount", "901"))).Status.ShouldBe(400);
        ((long)(await RefundAsync(cloud, "key-3", ("payment_intent", intent)))["amount"]!).ShouldBe(900, "what is left");
        var spent = await RefundAsync(cloud, "key-4", ("payment_intent", intent));
        ((string?)spent["error"]["code"]).ShouldBe("charge_already_refunded");
        (await cloud.GetAsync($"/stripe/v1/refunds?payment_intent={intent}"))["data"].AsArray().Count.ShouldBe(2);
        ((bool)(await cloud.GetAsync("/stripe/v1/events?type=charge.refunded"))["data"][0]!["data"]!["object"]!["refunded"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task A_retry_after_a_lost_answer_gets_the_first_answer_and_makes_nothing_twice()
    {
        await using var cloud = await TestCloud.StartAsync();
        var intent = await PaidOnceAsync(cloud);
        await cloud.FaultAsync("lost_answer", ("route", "POST /stripe/v1/refunds"));

        await Should.ThrowAsync<HttpRequestException>(() => RefundAsync(cloud, "key-1", ("payment_intent", intent)));
        var retried = await RefundAsync(cloud, "key-1", ("payment_intent", intent));

        retried.Status.ShouldBe(200, retried.Text);
        (await cloud.GetAsync("/stripe/v1/refunds"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_declined_checkout_stays_open_and_an_expired_one_is_over()
    {
        await using var cloud = await TestCloud.StartAsync();
        var session = await SessionAsync(cloud);
        var page = new Uri((string)session["url"]!).AbsolutePath;

        var declined = await cloud.PostFormAsync(page, ("do", "decline"));
        declined.Text.ShouldContain("Your card was declined.");
        declined.Text.ShouldContain("id=\"pay\"");
        (await cloud.GetAsync("/stripe/v1/events?type=payment_intent.payment_failed"))["data"].AsArray().Count.ShouldBe(1);

        (await cloud.PostFormAsync(page, ("do", "expire"))).Text.ShouldContain("This session is expired.");
        (await cloud.PostFormAsync($"/stripe/v1/checkout/sessions/{session["id"]}/expire")).Status.ShouldBe(400);
        (await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay")).Status.ShouldBe(400);
        (await cloud.GetAsync("/stripe/v1/checkout/sessions?status=expired"))["data"].AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync("/stripe/v1/events?type=checkout.session.expired"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Prices_products_and_customers_are_what_they_were_made_as()
    {
        await using var cloud = await TestCloud.StartAsync();
        var product = await cloud.PostFormAsync("/stripe/v1/products", ("name", "Agent"), ("metadata[blueprint]", "claude"));
        var price = await cloud.PostFormAsync(
            "/stripe/v1/prices", ("product", (string)product["id"]!), ("currency", "usd"), ("unit_amount", "4900"), ("recurring[interval]", "year"), ("lookup_key", "agent-year"));
        var customer = await cloud.PostFormAsync("/stripe/v1/customers", ("email", "ada@example.test"), ("metadata[a]", "1"));
        await cloud.PostFormAsync($"/stripe/v1/customers/{customer["id"]}", ("metadata[a]", ""), ("metadata[b]", "2"));

        (await cloud.GetAsync("/stripe/v1/prices?lookup_keys[]=agent-year"))["data"][0]!.ToJsonString().ShouldBe(price.Json.ToJsonString());
        (await cloud.GetAsync($"/stripe/v1/customers/{customer["id"]}"))["metadata"].ToJsonString().ShouldBe("""{"b":"2"}""");
        var session = await SessionAsync(cloud, ("line_items[0][price]", (string)price["id"]!), ("customer", (string)customer["id"]!));
        ((long)session["amount_total"]!).ShouldBe(4900);
        ((string?)session["currency"]).ShouldBe("usd");
        var paid = await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay");
        ((string?)paid["customer"]).ShouldBe((string?)customer["id"]);
        ((string?)paid["invoice"]).ShouldNotBeNull();
        (await cloud.GetAsync($"/stripe/v1/subscriptions?customer={customer["id"]}&price={price["id"]}"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lists_are_paged_from_the_newest()
    {
        await using var cloud = await TestCloud.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (string)(await cloud.PostFormAsync("/stripe/v1/customers"))["id"]!);
        }

        var first = await cloud.GetAsync("/stripe/v1/customers?limit=2");
        first["data"].AsArray().Select(c => (string)c!["id"]!).ShouldBe(ids[..2]);
        ((bool)first["has_more"]!).ShouldBeTrue();
        (await cloud.GetAsync($"/stripe/v1/customers?limit=2&starting_after={ids[3]}"))["data"].AsArray().Select(c => (string)c!["id"]!).ShouldBe(ids[4..]);
        (await cloud.GetAsync($"/stripe/v1/customers?limit=2&ending_before={ids[3]}"))["data"].AsArray().Select(c => (string)c!["id"]!).ShouldBe(ids[1..3]);
    }

    [Fact]
    public async Task An_endpoint_made_over_the_api_hears_what_it_enabled_signed_with_its_own_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync();
        var endpoint = await cloud.PostFormAsync(
            "/stripe/v1/webhook_endpoints", ("url", receiver.Url.ToString()), ("enabled_events[]", "invoice.paid"), ("enabled_events[]", "customer.created"));

        await cloud.PostAsync($"/_local/stripe/checkout/{(await SessionAsync(cloud))["id"]}/pay");
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "two events");

        receiver.All.Select(r => (string?)JsonNode.Parse(r.Body)!["type"]).Order().ShouldBe(["customer.created", "invoice.paid"]);
        ((string?)endpoint["secret"])!.ShouldStartWith("whsec_");
        (await cloud.GetAsync("/stripe/v1/webhook_endpoints")).Text.ShouldNotContain((string)endpoint["secret"]!);
        foreach (var received in receiver.All)
        {
            var time = received.Headers["Stripe-Signature"].Split(',')[0][2..];
            received.Headers["Stripe-Signature"].ShouldBe(Signature((string)endpoint["secret"]!, time, received.Text));
        }
    }

    private static string Signature(string secret, string time, string body) =>
        $"t={time},v1={Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(secret), System.Text.Encoding.UTF8.GetBytes($"{time}.{body}")))}";

    private static async Task<string> PaidOnceAsync(TestCloud cloud)
    {
        var session = await SessionAsync(cloud, ("mode", "payment"));
        var paid = await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay");
        return (string)paid["payment_intent"]!;
    }

    private static async Task<Answer> SessionAsync(TestCloud cloud, params (string Name, string Value)[] more)
    {
        var fields = new Dictionary<string, string>
        {
            ["mode"] = "subscription",
            ["line_items[0][price]"] = "price_1",
            ["line_items[0][quantity]"] = "1",
            ["success_url"] = "http://shop.test/",
        };
        foreach (var (name, value) in more)
        {
            fields[name] = value;
        }

        var answer = await cloud.SendAsync("POST", "/stripe/v1/checkout/sessions", new FormUrlEncodedContent(fields));
        answer.Status.ShouldBe(200, answer.Text);
        return answer;
    }

    private static Task<Answer> RefundAsync(TestCloud cloud, string key, params (string Name, string Value)[] fields) => cloud.SendAsync(
        "POST", "/stripe/v1/refunds", new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
        request => request.Headers.Add("Idempotency-Key", key));
}
