using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Stripe;

/// <summary>What becomes of a subscription with time: on a test clock, and on the cloud's own.</summary>
public sealed class BillingTests
{
    private const long Start = 1_800_000_000; // 2027-01-15 08:00:00 UTC

    [Fact]
    public async Task A_test_clock_renews_a_month_at_a_time_with_an_invoice_each_in_todays_shape()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        var subscription = await SubscribeAsync(cloud, customer);
        ((string?)subscription["status"]).ShouldBe("active");

        await AdvanceAsync(cloud, clock, new DateTime(2027, 3, 16, 0, 0, 0, DateTimeKind.Utc));

        var renewed = await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}");
        var item = renewed["items"]["data"]![0]!;
        Date(item["current_period_start"]!).ShouldBe("2027-03-15");
        Date(item["current_period_end"]!).ShouldBe("2027-04-15");
        var invoices = (await cloud.GetAsync($"/stripe/v1/invoices?subscription={subscription["id"]}"))["data"].AsArray();
        invoices.Select(i => $"{i!["billing_reason"]} {i["status"]} {i["amount_paid"]}").ShouldBe(
            ["subscription_cycle paid 2900", "subscription_cycle paid 2900", "subscription_create paid 2900"]);
        var invoice = invoices[0]!;
        Date(invoice["created"]!).ShouldBe("2027-03-15", "everything happens at its own time");
        invoice.AsObject().ContainsKey("subscription").ShouldBeFalse("it moved to parent");
        ((string?)invoice["parent"]!["subscription_details"]!["subscription"]).ShouldBe((string?)subscription["id"]);
        ((string?)invoice["parent"]!["subscription_details"]!["metadata"]!["agent"]).ShouldBe("a-1");
        ((string?)invoice["id"]).ShouldBe((string?)renewed["latest_invoice"]);
        var intent = (string?)invoice["payments"]!["data"]![0]!["payment"]!["payment_intent"];
        ((string?)(await cloud.GetAsync($"/stripe/v1/payment_intents/{intent}"))["status"]).ShouldBe("succeeded");
    }

    [Theory]
    [InlineData("canceled", "customer.subscription.deleted")]
    [InlineData("unpaid", "customer.subscription.updated")]
    public async Task A_failed_payment_is_past_due_retried_three_times_and_then_the_end_that_was_chosen(string end, string told)
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        var subscription = await SubscribeAsync(cloud, customer);
        await cloud.PostAsync("/_local/stripe/billing", $$"""{"after_last_retry":"{{end}}"}""");
        await cloud.PostAsync($"/_local/stripe/customers/{customer}/card", """{"declines":true}""");

        await AdvanceAsync(cloud, clock, new DateTime(2027, 2, 16, 0, 0, 0, DateTimeKind.Utc));
        ((string?)(await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}"))["status"]).ShouldBe("past_due");
        var open = (await cloud.GetAsync("/stripe/v1/invoices?status=open"))["data"].AsArray().Single()!;
        ((int)open["attempt_count"]!).ShouldBe(1);
        Date(open["next_payment_attempt"]!).ShouldBe("2027-02-18");
        (await cloud.PostFormAsync($"/stripe/v1/invoices/{open["id"]}/pay")).Status.ShouldBe(402);

        await AdvanceAsync(cloud, clock, new DateTime(2027, 3, 14, 0, 0, 0, DateTimeKind.Utc));
        ((string?)(await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}"))["status"]).ShouldBe(end);
        ((string?)(await cloud.GetAsync("/stripe/v1/events?types[]=customer.subscription.updated&types[]=customer.subscription.deleted"))["data"][0]!["type"]).ShouldBe(told);
        (await cloud.GetAsync("/stripe/v1/events?type=invoice.payment_failed"))["data"].AsArray().Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_card_that_works_again_makes_it_active_at_the_next_retry()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        var subscription = await SubscribeAsync(cloud, customer);
        await cloud.PostAsync($"/_local/stripe/customers/{customer}/card", """{"declines":true}""");
        await AdvanceAsync(cloud, clock, new DateTime(2027, 2, 16, 0, 0, 0, DateTimeKind.Utc));
        await cloud.PostAsync($"/_local/stripe/customers/{customer}/card", """{"declines":false}""");

        await AdvanceAsync(cloud, clock, new DateTime(2027, 2, 19, 0, 0, 0, DateTimeKind.Utc));

        ((string?)(await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}"))["status"]).ShouldBe("active");
        (await cloud.GetAsync("/stripe/v1/invoices?status=open"))["data"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_first_payment_that_fails_is_incomplete_and_expires_after_23_hours()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        await cloud.PostAsync($"/_local/stripe/customers/{customer}/card", """{"declines":true}""");
        var subscription = await SubscribeAsync(cloud, customer);
        ((string?)subscription["status"]).ShouldBe("incomplete");

        await AdvanceAsync(cloud, clock, new DateTime(2027, 1, 16, 6, 59, 0, DateTimeKind.Utc));
        (await StatusAsync()).ShouldBe("incomplete");
        await AdvanceAsync(cloud, clock, new DateTime(2027, 1, 16, 7, 0, 0, DateTimeKind.Utc));
        (await StatusAsync()).ShouldBe("incomplete_expired");

        async Task<string?> StatusAsync() => (string?)(await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}"))["status"];
    }

    [Fact]
    public async Task A_trial_is_paid_for_when_it_ends()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        var subscription = await SubscribeAsync(cloud, customer, ("trial_period_days", "14"));
        ((string?)subscription["status"]).ShouldBe("trialing");
        (await cloud.GetAsync("/stripe/v1/invoices"))["data"].AsArray().ShouldBeEmpty();

        await AdvanceAsync(cloud, clock, new DateTime(2027, 1, 30, 0, 0, 0, DateTimeKind.Utc));

        var after = await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}");
        ((string?)after["status"]).ShouldBe("active");
        Date(after["items"]["data"]![0]!["current_period_end"]!).ShouldBe("2027-02-28", "a month after the 29th of January, the trial's end");
    }

    [Fact]
    public async Task Cancelled_at_the_period_end_it_runs_until_then_and_the_wish_can_be_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (clock, customer) = await OnTestClockAsync(cloud);
        var subscription = await SubscribeAsync(cloud, customer);
        var path = $"/stripe/v1/subscriptions/{subscription["id"]}";

        var wished = await cloud.PostFormAsync(path, ("cancel_at_period_end", "true"));
        Date(wished["cancel_at"]).ShouldBe("2027-02-15");
        (await cloud.PostFormAsync(path, ("cancel_at_period_end", "false"))).Json["cancel_at"].ShouldBeNull();
        await cloud.PostFormAsync(path, ("cancel_at_period_end", "true"));
        await AdvanceAsync(cloud, clock, new DateTime(2027, 2, 14, 0, 0, 0, DateTimeKind.Utc));
        ((string?)(await cloud.GetAsync(path))["status"]).ShouldBe("active");
        await AdvanceAsync(cloud, clock, new DateTime(2027, 2, 16, 0, 0, 0, DateTimeKind.Utc));

        var ended = await cloud.GetAsync(path);
        ((string?)ended["status"]).ShouldBe("canceled");
        Date(ended["ended_at"]).ShouldBe("2027-02-15");
        (await cloud.GetAsync("/stripe/v1/subscriptions"))["data"].AsArray().ShouldBeEmpty();
        (await cloud.GetAsync($"/stripe/v1/subscriptions?status=all&customer={customer}"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_test_clock_the_clouds_own_clock_renews()
    {
        await using var cloud = await TestCloud.StartAsync();
        var customer = (string)(await cloud.PostFormAsync("/stripe/v1/customers", ("email", "ada@example.test")))["id"]!;
        var subscription = await SubscribeAsync(cloud, customer);

        cloud.Clock.Advance(TimeSpan.FromDays(62));

        var item = (await cloud.GetAsync($"/stripe/v1/subscriptions/{subscription["id"]}"))["items"]["data"]![0]!;
        Date(item["current_period_start"]!).ShouldBe("2027-01-21");
        (await cloud.GetAsync("/stripe/v1/events?type=invoice.paid"))["data"].AsArray().Count.ShouldBe(3);
    }

    private static async Task<(string Clock, string Customer)> OnTestClockAsync(TestCloud cloud)
    {
        var clock = (string)(await cloud.PostFormAsync(
            "/stripe/v1/test_helpers/test_clocks", ("frozen_time", Start.ToString(CultureInfo.InvariantCulture))))["id"]!;
        return (clock, (string)(await cloud.PostFormAsync("/stripe/v1/customers", ("test_clock", clock)))["id"]!);
    }

    private static async Task<Answer> SubscribeAsync(TestCloud cloud, string customer, params (string, string)[] more)
    {
        var answer = await cloud.PostFormAsync(
            "/stripe/v1/subscriptions", [("customer", customer), ("items[0][price]", "price_agent"), ("metadata[agent]", "a-1"), .. more]);
        answer.Status.ShouldBe(200, answer.Text);
        return answer;
    }

    private static async Task AdvanceAsync(TestCloud cloud, string clock, DateTime until)
    {
        var seconds = new DateTimeOffset(until).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = await cloud.PostFormAsync($"/stripe/v1/test_helpers/test_clocks/{clock}/advance", ("frozen_time", seconds));
        ((string?)answer["status"]).ShouldBe("ready", answer.Text);
    }

    private static string Date(JsonNode seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
