using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Server.Access;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>What only a person can mend is told, and is over by itself.</summary>
public sealed class AlertTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly TimeSpan Leap = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task T5_O5_What_cannot_be_removed_is_alerted_acknowledged_posted_and_resolved_when_it_is_gone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string>
        {
            ["Alerts:WebhookUrl"] = new Uri(receiver.Address, "alerts").ToString(),
            ["Alerts:WebhookSecret"] = Secret,
        });
        var agent = await system.RunningAgentAsync();
        await system.Cloud.FaultAsync("DELETE /v1/servers/{id}", "answer", 500, """{"error":{"code":"server_error","message":"cannot delete"}}""", times: 100_000);
        var destroy = (await system.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!;

        await Eventually.BecomesAsync(() => system.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised", () => system.Clock.Leap(Leap));
        // A try that the leaps outran says that it timed out; the alert tells of the latest.
        var open = await Eventually.BecomesAsync(
            () => system.Client.Alerts.ListAsync(), a => a[0].What.Contains("cannot delete", StringComparison.Ordinal), "it says what Hetzner said");

        var alert = open.ShouldHaveSingleItem();
        (alert.Severity, alert.Subject, alert.AcknowledgedAt).ShouldBe(("critical", agent.Id, null));
        alert.What.ShouldContain("'delete-server'");
        alert.WhatToDo.ShouldContain(destroy);
        var check = (await system.Client.Doctor.ExamineAsync()).Checks.Single(c => c.Name == "alerts");
        (check.Ok, check.Detail).ShouldBe((false, "1 open, 1 of them not acknowledged"));

        var acknowledged = await system.Client.Alerts.AcknowledgeAsync(alert.Id);
        acknowledged.AcknowledgedBy!.ShouldStartWith("test (tok-");
        (await system.Client.Doctor.ExamineAsync()).Checks.Single(c => c.Name == "alerts").Ok.ShouldBeTrue("somebody looks after it");
        (await system.QueryAsync<string>("SELECT actor || ' ' || action FROM audit WHERE target = @Id", alert)).ShouldHaveSingleItem().ShouldEndWith(" alert.ack");

        await system.Cloud.ClearFaultsAsync();
        (await system.FinishedByLeapsAsync(destroy, TimeSpan.FromSeconds(1))).Status.ShouldBe("succeeded");
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
        (await system.Client.Alerts.ListAsync(all: true)).ShouldHaveSingleItem().ResolvedAt.ShouldNotBeNull();
        await Eventually.BecomesAsync(
            () => Task.FromResult(receiver.Received), r => r.Count >= 2, "both messages are posted", () => system.Clock.Leap(TimeSpan.FromSeconds(1)));
        receiver.Received.Select(TypeOf).Distinct().Order(StringComparer.Ordinal).ShouldBe(["alert.raised", "alert.resolved"]);
        foreach (var message in receiver.Received)
        {
            message.Line.ShouldBe("POST /alerts");
            ShouldBeSigned(message);
            ((string)JsonNode.Parse(message.Body)!["data"]!["id"]!).ShouldBe(alert.Id);
        }

        system.Log.Text.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_receiver_that_is_away_hinders_nothing_and_hears_of_it_later()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = 503;
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string>
        {
            ["Alerts:WebhookUrl"] = receiver.Address.ToString(),
            ["Alerts:WebhookSecret"] = Secret,
        });
        var closed = await system.OrderAsync();
        await system.Client.Agents.DestroyAsync(closed.Id);
        await system.PayAsync(closed.Id);
        await Eventually.SoAsync(() => receiver.Received.Count > 0, "the first try is made");

        // A new process, and the receiver is there again.
        await system.StopServerAsync();
        receiver.Status = 200;
        await system.StartServerAsync();
        var tries = receiver.Received.Count;
        await Eventually.BecomesAsync(
            () => system.QueryAsync<long>("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NOT NULL"), c => c[0] == 1, "it is delivered", () => system.Clock.Leap(Leap));

        receiver.Received.Count.ShouldBeGreaterThan(tries);
        receiver.Received.Select(r => r.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem("how a receiver knows one that it has");
        receiver.Received.ToList().ForEach(ShouldBeSigned);
        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().What.ShouldContain("it is closed");
    }

    [Theory]
    [InlineData("GET /v1/firewalls", "unauthorized", 401, "HETZNER_API_TOKEN")]
    [InlineData("POST /v1/servers", "token_readonly", 403, "HETZNER_API_TOKEN")]
    public async Task H8_A_refused_credential_names_its_setting_and_is_over_when_it_works_again(string route, string code, int status, string setting)
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync(route, "answer", status, $$$"""{"error":{"code":"{{{code}}}","message":"no"}}""", times: 100_000);
        await system.Cloud.FaultAsync("POST /v1/firewalls", "answer", status, $$$"""{"error":{"code":"{{{code}}}","message":"no"}}""", times: 1);
        var agent = await system.OrderAsync(granted: true);

        var open = await Eventually.BecomesAsync(() => system.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised");

        var alert = open.ShouldHaveSingleItem();
        (alert.Subject, alert.Severity).ShouldBe((setting, "critical"));
        alert.WhatToDo.ShouldContain(setting);
        alert.What.ShouldNotContain(Cloud.Token);

        await system.Cloud.ClearFaultsAsync();
        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Acknowledging_needs_the_scope_and_an_alert()
    {
        await using var system = await TestSystem.StartAsync();
        var reader = await system.CreateTokenAsync("reader", [Scopes.Read]);

        (await system.SendAsync(HttpMethod.Get, "v1/alerts", token: reader)).Status.ShouldBe(HttpStatusCode.OK);
        (await system.SendAsync(HttpMethod.Post, "v1/alerts/alt-1/ack", token: reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var missing = await Should.ThrowAsync<SlipwayException>(() => system.Client.Alerts.AcknowledgeAsync("alt-1"));
        (missing.Status, missing.Code).ShouldBe((HttpStatusCode.NotFound, "alert_not_found"));
    }

    [Fact]
    public async Task The_dead_man_url_is_fetched_every_minute_and_never_logged()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Alerts:DeadManUrl"] = new Uri(receiver.Address, "ping/the-watchers-secret").ToString() });

        await Eventually.BecomesAsync(() => Task.FromResult(receiver.Received.Count), c => c >= 2, "it was fetched twice", () => system.Clock.Leap(Leap));

        receiver.Received.ShouldAllBe(r => r.Line == "GET /ping/the-watchers-secret");
        receiver.Status = 500;
        await Eventually.SoAsync(() => Leaps(system) && system.Log.Text.Contains("called in vain", StringComparison.Ordinal), "a refusal is logged");
        system.Log.Text.ShouldNotContain("the-watchers-secret");
    }

    [Fact]
    public async Task Half_a_webhook_keeps_the_server_from_starting()
    {
        await using var system = await TestSystem.StartAsync();
        system.Set("Alerts:WebhookUrl", "https://watch.example.com/");

        (await system.ProblemsAtStartAsync()).ShouldHaveSingleItem().ShouldContain("Alerts:WebhookSecret");
    }

    private static bool Leaps(TestSystem system)
    {
        system.Clock.Leap(Leap);
        return true;
    }

    private static string TypeOf(Received message) => (string)JsonNode.Parse(message.Body)!["type"]!;

    /// <summary>As any Standard Webhooks library checks it.</summary>
    private static void ShouldBeSigned(Received message)
    {
        var key = Convert.FromBase64String(Secret["whsec_".Length..]);
        var signed = $"{message.Headers["webhook-id"]}.{message.Headers["webhook-timestamp"]}.{message.Body}";
        message.Headers["webhook-signature"].ShouldBe("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed))));
    }
}
