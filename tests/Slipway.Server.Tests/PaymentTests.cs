using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>The whole server against a whole Stripe: what is paid runs, what is not does not, and what cannot be had is paid back.</summary>
public sealed class PaymentTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static int _told;

    [Fact]
    public async Task P2_An_unpaid_agent_stops_after_the_grace_starts_when_it_is_paid_and_is_destroyed_when_it_never_is()
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string>
        {
            ["Payments:Grace"] = "01:00:00",
            ["Payments:DestroyAfter"] = "02:00:00",
        });
        var (id, subscription) = await system.PayAsync((await system.OrderAsync()).Id);
        await system.FinishedAsync((await system.ProvisioningAsync(id)).Operation!);

        await SetAsync(system, subscription, "past_due");
        await NoticeAsync(system, "PaymentFailed");
        (await system.Client.Agents.GetAsync(id)).Wanted.ShouldBe("running", "there is a grace");
        var stopping = await WantedAsync(system, id, "stopped");
        (await system.FinishedByLeapsAsync(stopping.Operation!, Second)).Status.ShouldBe("succeeded");
        (await system.Client.Agents.GetAsync(id)).Status.ShouldBe("paused");

        await SetAsync(system, subscription, "active");
        var starting = await WantedAsync(system, id, "running");
        (await system.FinishedByLeapsAsync(starting.Operation!, Second)).Status.ShouldBe("succeeded");

        await SetAsync(system, subscription, "past_due");
        var again = await WantedAsync(system, id, "stopped");
        await system.FinishedByLeapsAsync(again.Operation!, Second);
        var leaving = await WantedAsync(system, id, "destroyed");
        await system.FinishedByLeapsAsync(leaving.Operation!, Second);
        (await system.Client.Agents.GetAsync(id)).Status.ShouldBe("closed");
        await Eventually.BecomesAsync(
            () => system.QueryAsync<string>("SELECT stripe_status FROM subscriptions"), s => s[0] == "canceled", "it is cancelled at Stripe", () => system.Clock.Leap(Second));
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.Cloud.RefundsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_A_provision_that_failed_for_good_is_paid_back_once_although_Stripes_answers_are_lost()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync("POST /v1/servers", "answer", 422, """{"error":{"code":"invalid_input","message":"there is no such image"}}""", times: 1000);
        var lost = 0;
        system.ToCloud.HoldsAnswer = request => request.Path.Value!.EndsWith("/refunds", StringComparison.Ordinal) && Interlocked.Increment(ref lost) <= 2
            ? Task.FromException(new HttpRequestException("the answer is lost"))
            : Task.CompletedTask;

        var (id, subscription) = await system.PayAsync((await system.OrderAsync()).Id);
        var provision = await system.FinishedByLeapsAsync((await system.ProvisioningAsync(id)).Operation!, Second);

        provision.Error!.ShouldContain("there is no such image");
        await Eventually.BecomesAsync(
            () => system.QueryAsync<string>("SELECT stripe_status FROM subscriptions"), s => s[0] == "canceled", "it is cancelled at Stripe", () => system.Clock.Leap(Second));
        lost.ShouldBe(3, "two answers were lost, and the third was heard");
        ((string)(await system.Cloud.RefundsAsync()).ShouldHaveSingleItem()!["metadata"]!["subscription"]!).ShouldBe(subscription);
        (await system.Client.Agents.GetAsync(id)).Status.ShouldBe("closed");
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task P1_A_payment_of_which_no_event_came_is_found_at_the_next_start()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.OrderAsync();
        await Eventually.BecomesAsync(
            () => system.QueryAsync<string>("SELECT value FROM settings WHERE name = 'stripe-events-until'"), s => s.Count == 1, "it was asked for events once");
        await system.StopServerAsync();
        await system.Cloud.CheckOutAndPayAsync(agent.Id, StripeEvents.Price);

        await system.StartServerAsync();

        (await system.FinishedAsync((await system.ProvisioningAsync(agent.Id)).Operation!)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task H8_A_wrong_Stripe_key_is_an_alert_that_names_its_setting_and_the_order_is_not_lost()
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Stripe:ApiKey"] = "sk_test_wrong_0123456789" });
        var agent = await system.OrderAsync();
        await system.PayAsync(agent.Id);

        var open = await Eventually.BecomesAsync(() => system.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised");

        open.ShouldHaveSingleItem().Subject.ShouldBe("STRIPE_SECRET_KEY");
        await system.StopServerAsync();
        system.Log.Text.ShouldNotContain("sk_test_wrong_0123456789");
        system.Set("Stripe:ApiKey", Cloud.StripeKey);
        await system.StartServerAsync();
        (await system.FinishedAsync((await system.ProvisioningAsync(agent.Id)).Operation!)).Status.ShouldBe("succeeded");
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    private static async Task SetAsync(TestSystem system, string subscription, string status)
    {
        await system.Cloud.SetSubscriptionAsync(subscription, status);
        await system.WebhookAsync(StripeEvents.Updated($"evt_{subscription}_{Interlocked.Increment(ref _told)}", subscription));
    }

    private static Task<AgentResource> WantedAsync(TestSystem system, string agent, string wanted) => Eventually.BecomesAsync(
        () => system.Client.Agents.GetAsync(agent), a => a.Wanted == wanted, $"{agent} is wanted {wanted}", () => system.Clock.Leap(Minute));

    private static Task<IReadOnlyList<string>> NoticeAsync(TestSystem system, string notice) => Eventually.BecomesAsync(
        () => system.QueryAsync<string>("SELECT notice FROM subscriptions"), n => n[0] == notice, $"the notice is {notice}");
}
