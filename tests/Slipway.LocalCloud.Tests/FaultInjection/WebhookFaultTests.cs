using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.FaultInjection;

/// <summary>What a receiver sees of each fault of a webhook.</summary>
public sealed class WebhookFaultTests
{
    [Fact]
    public async Task webhook_lost_is_an_event_that_is_listed_and_never_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = receiver.Url.ToString());
        await cloud.FaultAsync("webhook_lost", ("event", "checkout.session.completed"));

        await PaidAsync(cloud);
        await CancelledAsync(cloud);
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 1), "the other event");

        TypeOf(receiver.All[0]).ShouldBe("customer.subscription.deleted");
        (await cloud.GetAsync("/stripe/v1/events?type=checkout.session.completed"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task webhook_doubled_is_the_same_event_twice()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = receiver.Url.ToString());
        await cloud.FaultAsync("webhook_doubled");

        await PaidAsync(cloud);
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "both");

        receiver.All[1].Text.ShouldBe(receiver.All[0].Text);
    }

    [Fact]
    public async Task webhook_reordered_is_an_event_that_comes_after_the_next_one()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var cloud = await TestCloud.StartAsync(o => o.StripeWebhookUrl = receiver.Url.ToString());
        await cloud.FaultAsync("webhook_reordered", ("event", "checkout.*"));

        await PaidAsync(cloud);
        await CancelledAsync(cloud);
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "both");

        receiver.All.Select(TypeOf).ShouldBe(["customer.subscription.deleted", "checkout.session.completed"]);
    }

    private static string? TypeOf(Received received) => (string?)JsonNode.Parse(received.Body)!["type"];

    private static async Task PaidAsync(TestCloud cloud)
    {
        var session = await cloud.PostFormAsync(
            "/stripe/v1/checkout/sessions",
            ("mode", "subscription"), ("line_items[0][price]", "price_1"), ("line_items[0][quantity]", "1"), ("success_url", "http://shop.test/"));
        (await cloud.PostAsync($"/_local/stripe/checkout/{session["id"]}/pay")).Status.ShouldBe(200);
    }

    private static async Task CancelledAsync(TestCloud cloud)
    {
        var paid = (await cloud.GetAsync("/stripe/v1/events?type=checkout.session.completed"))["data"][0]!["data"]!["object"]!;
        (await cloud.DeleteAsync($"/stripe/v1/subscriptions/{paid["subscription"]}")).Status.ShouldBe(200);
    }
}
