using System.Text;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>What was under way when LocalCloud ended comes to an end after it starts again: nobody waits forever.</summary>
public sealed class ResumptionTests
{
    [Fact]
    public async Task A_server_being_made_is_made_and_started_after_a_restart()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var order = await kept.Cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"));

        await kept.RestartAsync();

        var id = (long)order["server"]["id"]!;
        ((bool)(await kept.Cloud.GetAsync($"/v1/servers/{id}"))["server"]["locked"]!).ShouldBeTrue();
        ((string?)(await kept.Cloud.UntilFinishedAsync((long)order["action"]["id"]!))["status"]).ShouldBe("success");
        ((string?)(await kept.Cloud.UntilFinishedAsync((long)order["next_actions"][0]!["id"]!))["status"]).ShouldBe("success");
        await kept.Cloud.UntilStatusAsync(id, "running");
        ((bool)(await kept.Cloud.GetAsync($"/v1/servers/{id}"))["server"]["locked"]!).ShouldBeFalse();
        await kept.Cloud.UntilAsync(async () => (await kept.Cloud.ExecAsync(id, "check-unit")).Status == 200, "the boot");
    }

    [Theory]
    [InlineData("poweroff", null, "off")]
    [InlineData("reboot", null, "running")]
    [InlineData("reset", null, "running")]
    [InlineData("rebuild", """{"image":"debian-13"}""", "running")]
    [InlineData("create_image", null, "running")]
    public async Task What_was_being_done_to_a_server_is_done(string action, string? body, string status)
    {
        await using var kept = await RestartedCloud.StartAsync();
        var id = await kept.Cloud.RunningServerAsync("agent-1");
        var begun = await kept.Cloud.PostAsync($"/v1/servers/{id}/actions/{action}", body);
        begun.Status.ShouldBe(201, begun.Text);

        await kept.RestartAsync();

        ((string?)(await kept.Cloud.UntilFinishedAsync((long)begun["action"]["id"]!))["status"]).ShouldBe("success", action);
        await kept.Cloud.UntilStatusAsync(id, status);
        var server = (await kept.Cloud.GetAsync($"/v1/servers/{id}"))["server"];
        ((bool)server["locked"]!).ShouldBeFalse();
        if (action == "rebuild")
        {
            ((string?)server["image"]!["name"]).ShouldBe("debian-13");
        }

        (await kept.Cloud.GetAsync("/v1/images?status=creating"))["images"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shutdown_that_was_heard_still_happens()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var id = await kept.Cloud.RunningServerAsync("agent-1");
        await kept.Cloud.ActAsync(id, "shutdown");
        ((string?)(await kept.Cloud.GetAsync($"/v1/servers/{id}"))["server"]["status"]).ShouldBe("running");

        await kept.RestartAsync();

        await kept.Cloud.UntilStatusAsync(id, "off");
    }

    [Fact]
    public async Task A_stuck_action_stays_stuck_until_its_fault_is_taken_back()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var id = await kept.Cloud.RunningServerAsync("agent-1");
        var fault = await kept.Cloud.FaultAsync("action_stuck", ("action", "stop_server"));
        var begun = (long)(await kept.Cloud.PostAsync($"/v1/servers/{id}/actions/poweroff"))["action"]["id"]!;
        await kept.Cloud.UntilAsync(async () => (await kept.Cloud.GetAsync("/_local/faults"))["faults"][0]!["hits"]!.GetValue<int>() == 1, "the fault");

        await kept.RestartAsync();

        kept.Cloud.Clock.Advance(TimeSpan.FromHours(1));
        ((string?)(await kept.Cloud.GetAsync($"/v1/actions/{begun}"))["action"]["status"]).ShouldBe("running");
        (await kept.Cloud.PostAsync($"/v1/servers/{id}/actions/reboot")).ErrorCode.ShouldBe("locked");
        await kept.Cloud.DeleteAsync($"/_local/faults/{fault}");
        ((string?)(await kept.Cloud.UntilFinishedAsync(begun))["status"]).ShouldBe("success");
        await kept.Cloud.UntilStatusAsync(id, "off");
    }

    [Fact]
    public async Task A_change_nobody_can_know_of_any_more_ends_as_an_error_that_says_so()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var id = await kept.Cloud.RunningServerAsync("agent-1");
        await kept.Cloud.ActAsync(id, "poweroff");
        var fault = await kept.Cloud.FaultAsync("action_stuck", ("action", "change_server_type"));
        var begun = (long)(await kept.Cloud.PostAsync($"/v1/servers/{id}/actions/change_type", """{"server_type":"cx33","upgrade_disk":false}"""))["action"]["id"]!;

        await kept.RestartAsync();

        await kept.Cloud.DeleteAsync($"/_local/faults/{fault}");
        var finished = await kept.Cloud.UntilFinishedAsync(begun);
        ((string?)finished["status"]).ShouldBe("error");
        ((string?)finished["error"]!["message"])!.ShouldContain("ask for it again");
        ((string?)(await kept.Cloud.GetAsync($"/v1/servers/{id}"))["server"]["server_type"]!["name"]).ShouldBe("cx23");
        ((string?)(await kept.Cloud.ActAsync(id, "change_type", """{"server_type":"cx33","upgrade_disk":false}"""))["status"]).ShouldBe("success");
    }

    [Fact]
    public async Task A_webhook_that_did_not_arrive_is_tried_again_after_a_restart()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = 500;
        await using var kept = await RestartedCloud.StartAsync();
        await kept.Cloud.PostAsync("/_local/stripe/webhook-endpoint", $$"""{"url":"{{receiver.Url}}hook","enabled_events":["customer.created"]}""");
        await kept.Cloud.PostFormAsync("/stripe/v1/customers", ("email", "a@example.com"));
        await kept.Cloud.UntilAsync(() => Task.FromResult(receiver.All.Count >= 2), "two failures");

        await kept.RestartAsync();
        receiver.Status = 204;

        await kept.Cloud.UntilAsync(
            async () => (await kept.Cloud.GetAsync("/_local/stripe/deliveries")).Text.Contains("\"delivered\"", StringComparison.Ordinal), "the delivery");
        receiver.All[^1].Body.ShouldBe(receiver.All[0].Body, "the very same bytes");
        receiver.All[^1].Headers.ContainsKey("Stripe-Signature").ShouldBeTrue();
    }

    [Fact]
    public async Task A_repeated_payment_gets_its_first_answer_after_a_restart_too()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var first = await CustomerAsync(kept.Cloud, "key-1");

        await kept.RestartAsync();

        (await CustomerAsync(kept.Cloud, "key-1")).Text.ShouldBe(first.Text);
        (await kept.Cloud.GetAsync("/stripe/v1/customers"))["data"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Subscriptions_renew_and_sessions_expire_in_their_time()
    {
        await using var kept = await RestartedCloud.StartAsync();
        var session = await kept.Cloud.PostFormAsync(
            "/stripe/v1/checkout/sessions", ("mode", "subscription"), ("success_url", "http://x/"), ("line_items[0][price]", "price_x"));
        var customer = (string)(await kept.Cloud.PostFormAsync("/stripe/v1/customers", ("email", "a@example.com")))["id"]!;
        await kept.Cloud.PostFormAsync("/stripe/v1/subscriptions", ("customer", customer), ("items[0][price]", "price_x"));
        kept.Cloud.Clock.Advance(TimeSpan.FromHours(20));

        await kept.RestartAsync();

        kept.Cloud.Clock.Advance(TimeSpan.FromHours(5));
        await kept.Cloud.UntilAsync(
            async () => (string?)(await kept.Cloud.GetAsync($"/stripe/v1/checkout/sessions/{session["id"]}"))["status"] == "expired", "the session's end");
        kept.Cloud.Clock.Advance(TimeSpan.FromDays(31));
        await kept.Cloud.UntilAsync(async () => (await kept.Cloud.GetAsync("/stripe/v1/invoices"))["data"].AsArray().Count == 2, "the renewal");
    }

    private static Task<Answer> CustomerAsync(TestCloud cloud, string key) => cloud.SendAsync(
        "POST", "/stripe/v1/customers", new StringContent("email=a%40example.com", Encoding.UTF8, "application/x-www-form-urlencoded"),
        request => request.Headers.Add("Idempotency-Key", key));
}
