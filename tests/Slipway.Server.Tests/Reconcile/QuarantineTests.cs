using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Server.Access;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Reconcile;

/// <summary>What is ours and known to nobody is kept, told, and removed only after the grace. What is not ours is never touched.</summary>
public sealed class QuarantineTests
{
    [Fact]
    public async Task O6_A_server_that_no_row_knows_is_marked_and_told_and_removed_only_after_the_grace()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var planted = await system.PlantServerAsync(await system.OursAsync());
        (await system.RoundAsync()).ShouldBeEmpty("it is new, and whoever makes it may just be writing that down");

        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync(dryRun: true)).Of(planted).Action.ShouldContain("would be quarantined");
        (await system.LabelsAsync($"servers/{planted}", "server")).ContainsKey(Rounds.Mark).ShouldBeFalse("a dry run changes nothing");
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();

        var first = (await system.RoundAsync()).ShouldHaveSingleItem();
        (first.Resource, first.Id, first.Name, first.Finding).ShouldBe(("server", planted, "agt-forgotten", "unknown"));
        first.Action.ShouldStartWith("quarantined until");
        var marked = long.Parse((string)(await system.LabelsAsync($"servers/{planted}", "server"))[Rounds.Mark]!, CultureInfo.InvariantCulture);
        (system.Clock.GetUtcNow().ToUnixTimeSeconds() - marked).ShouldBeInRange(0, 120);
        var alert = (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe(("warning", "agt-forgotten"));
        alert.What.ShouldContain(planted);

        system.Clock.Leap(Rounds.Grace - TimeSpan.FromMinutes(5));
        (await system.RoundAsync()).Of(planted).Action.ShouldStartWith("in quarantine until");
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(2);

        system.Clock.Leap(TimeSpan.FromMinutes(6));
        (await system.RoundAsync(dryRun: true)).Of(planted).Action.ShouldBe("would be removed");
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(2);
        await GoesAsync(system, planted);

        (await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!["id"]!.GetValue<long>().ShouldBe(agent.Machine!.ServerId!.Value);
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
        (await system.QueryAsync<long>("SELECT COUNT(*) FROM quarantine"))[0].ShouldBe(0);
        (await system.RoundAsync()).ShouldBeEmpty();
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("active");
    }

    [Fact]
    public async Task T21_Nothing_is_touched_that_is_not_surely_ours_however_long_it_lies_there()
    {
        await using var system = await TestSystem.StartAsync();
        var other = await system.OursAsync();
        other["slipway-control-plane"] = "cp-of-somebody-else";
        var unreadable = await system.OursAsync();
        unreadable[Rounds.Mark] = "yesterday";
        var ours = await system.OursAsync();
        ours[Rounds.Mark] = "99999999999";
        string[] kept =
        [
            await system.PlantServerAsync(null, "a-web-shop"),
            await system.PlantServerAsync(other, "another-control-plane"),
            await system.PlantServerAsync(unreadable, "t9-no-time"),
            await system.PlantServerAsync(ours, "t9-in-the-future"),
            await system.PlantAsync("primary_ips", "primary_ip", new JsonObject { ["name"] = "unattached", ["type"] = "ipv4", ["location"] = "fsn1" }),
            await system.PlantAsync("volumes", "volume", new JsonObject { ["name"] = "unattached", ["size"] = 10, ["location"] = "fsn1" }),
            await system.PlantAsync("firewalls", "firewall", new JsonObject { ["name"] = "unused" }),
        ];
        var before = await system.Cloud.InventoryAsync();
        for (var day = 0; day < 3; day++)
        {
            system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));
            var findings = await system.RoundAsync();
            findings.Select(f => f.Id).Order(StringComparer.Ordinal).ShouldBe(kept.Order(StringComparer.Ordinal));
            findings.ShouldAllBe(f => f.Finding == "foreign" && f.Action.StartsWith("kept: ", StringComparison.Ordinal));
        }

        (await system.Cloud.InventoryAsync()).ShouldBe(before);
        system.ToCloud.Exchanges.Where(e => e.Method is "PUT" or "DELETE").ShouldBeEmpty();
        (await system.Client.Alerts.ListAsync(all: true)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_kind_of_thing_that_carries_our_mark_is_kept_for_the_grace_and_then_removed()
    {
        await using var system = await TestSystem.StartAsync();
        var server = await system.PlantServerAsync(await system.OursAsync());
        await Eventually.BecomesAsync(
            () => system.Cloud.ServersAsync(), s => !(bool)s[0]!["locked"]!, "the server is made", () => system.Clock.Leap(TimeSpan.FromSeconds(1)));
        await system.PlantAsync(
            $"servers/{server}/actions/create_image", "image", new JsonObject { ["type"] = "snapshot", ["description"] = "left", ["labels"] = await system.OursAsync() });
        await system.PlantAsync("primary_ips", "primary_ip", new JsonObject { ["name"] = "left", ["type"] = "ipv4", ["location"] = "fsn1", ["labels"] = await system.OursAsync() });
        await system.PlantAsync("volumes", "volume", new JsonObject { ["name"] = "left", ["size"] = 10, ["location"] = "fsn1", ["labels"] = await system.OursAsync() });
        await system.PlantAsync("firewalls", "firewall", new JsonObject { ["name"] = "left", ["labels"] = await system.OursAsync() });
        await system.PlantAsync(
            "ssh_keys", "ssh_key", new JsonObject { ["name"] = "left", ["public_key"] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBPMeFUAXhKR6yWPoGC4E1WJMRNkuCDgdSUIJzqcMJ0k x", ["labels"] = await system.OursAsync() });
        system.Clock.Leap(Rounds.OldEnough);

        var found = await system.RoundAsync();
        found.Select(f => f.Resource).ShouldBe(["server", "primary_ip", "volume", "firewall", "ssh_key", "snapshot"]);
        found.ShouldAllBe(f => f.Action.StartsWith("quarantined until", StringComparison.Ordinal));
        (await system.Client.Alerts.ListAsync()).Count.ShouldBe(6);

        system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(() => system.RoundAsync(), f => f.Count == 0, "all of it is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(5)));
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_whose_row_was_lost_goes_with_its_device_and_firewall_and_not_before_the_grace()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.QueryAsync<string>("DELETE FROM machines RETURNING subject");
        system.Clock.Leap(Rounds.OldEnough);

        var found = await system.RoundAsync();
        found.Select(f => f.Resource).ShouldBe(["server", "firewall", "device"]);
        found[0].Id.ShouldBe(agent.Machine!.ServerId!.Value.ToString(CultureInfo.InvariantCulture));
        found[2].Id.ShouldBe(agent.Machine.TailscaleNodeId);
        (await system.Client.Alerts.ListAsync()).Count(a => a.Subject == agent.Id).ShouldBe(2, "the server's and the device's");

        system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(() => system.RoundAsync(), f => f.Count == 0, "all of it is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(5)));
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task What_an_operation_is_making_is_left_alone_however_long_it_takes()
    {
        await using var system = await TestSystem.StartAsync(
            new Dictionary<string, string> { ["Reconcile:MinimumAge"] = "00:01:00" }, options => options.BootTime = TimeSpan.FromMinutes(4));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");
        // As if the outcome had not been written yet.
        await system.QueryAsync<string>("UPDATE machines SET server_id = NULL RETURNING subject");
        system.Clock.Leap(TimeSpan.FromSeconds(90));

        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task T5_What_cannot_be_removed_stays_in_the_books_until_it_is_seen_gone()
    {
        await using var system = await TestSystem.StartAsync();
        var planted = await system.PlantServerAsync(await system.OursAsync());
        system.Clock.Leap(Rounds.OldEnough);
        await system.RoundAsync();
        await system.Cloud.HetznerAsync(HttpMethod.Post, $"servers/{planted}/actions/change_protection", new JsonObject { ["delete"] = true, ["rebuild"] = true });
        system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));

        (await system.RoundAsync()).Of(planted).Action.ShouldStartWith("cannot be removed: ");

        var alert = (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem();
        alert.What.ShouldContain("protected");
        (await system.QueryAsync<string>("SELECT resource_id FROM quarantine")).ShouldBe([planted]);

        await system.Cloud.HetznerAsync(HttpMethod.Post, $"servers/{planted}/actions/change_protection", new JsonObject { ["delete"] = false, ["rebuild"] = false });
        await GoesAsync(system, planted);
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_wants_to_keep_something_takes_our_label_away_and_that_is_all()
    {
        await using var system = await TestSystem.StartAsync();
        var planted = await system.PlantServerAsync(await system.OursAsync());
        system.Clock.Leap(Rounds.OldEnough);
        await system.RoundAsync();
        var labels = (JsonObject)(await system.LabelsAsync($"servers/{planted}", "server")).DeepClone();
        labels.Remove("slipway-control-plane");
        await system.Cloud.HetznerAsync(HttpMethod.Put, $"servers/{planted}", new JsonObject { ["labels"] = labels });
        system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));

        (await system.RoundAsync()).Of(planted).Finding.ShouldBe("released");
        (await system.RoundAsync()).Of(planted).Finding.ShouldBe("foreign");

        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
        (await system.LabelsAsync($"servers/{planted}", "server")).ContainsKey(Rounds.Mark).ShouldBeFalse();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Taking_only_the_mark_away_begins_the_grace_anew()
    {
        await using var system = await TestSystem.StartAsync();
        var planted = await system.PlantServerAsync(await system.OursAsync());
        system.Clock.Leap(Rounds.OldEnough);
        await system.RoundAsync();
        await system.Cloud.HetznerAsync(HttpMethod.Put, $"servers/{planted}", new JsonObject { ["labels"] = await system.OursAsync() });
        system.Clock.Leap(Rounds.Grace + TimeSpan.FromMinutes(1));

        (await system.RoundAsync()).Of(planted).Action.ShouldStartWith("quarantined until");
        system.Clock.Leap(Rounds.Grace - TimeSpan.FromMinutes(5));
        (await system.RoundAsync()).Of(planted).Action.ShouldStartWith("in quarantine until");
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task What_a_row_knows_again_leaves_quarantine_without_a_trace()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var id = agent.Machine!.ServerId!.Value.ToString(CultureInfo.InvariantCulture);
        await system.QueryAsync<string>("UPDATE machines SET server_id = server_id + 1000000 RETURNING subject");
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).Of(id).Action.ShouldStartWith("quarantined");
        await system.QueryAsync<string>("UPDATE machines SET server_id = server_id - 1000000 RETURNING subject");

        (await system.RoundAsync()).Of(id).Finding.ShouldBe("released");

        (await system.LabelsAsync($"servers/{id}", "server")).ContainsKey(Rounds.Mark).ShouldBeFalse();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task From_a_list_that_was_not_read_to_its_end_nothing_is_concluded()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var planted = await system.PlantServerAsync(await system.OursAsync());
        system.Clock.Leap(Rounds.OldEnough);
        await system.RoundAsync();
        for (var i = 0; i < 50; i++)
        {
            await system.PlantServerAsync(null, $"web-{i}");
        }

        // The second page of fifty is lost on the way, and so are the tries after it; the first holds neither a gap nor a sign of one.
        system.ToCloud.Loses = request => request.Path == "/v1/servers" && request.Query["page"] == "2";
        var round = system.Client.Reconcile.RunAsync();
        var report = await Eventually.BecomesAsync(
            () => Task.FromResult(round), r => r.IsCompleted, "the round ends", () => system.Clock.Leap(TimeSpan.FromSeconds(2)));

        (await report).Unread.ShouldHaveSingleItem().ShouldStartWith("servers: ");
        (await report).Findings.ShouldNotContain(f => f.Resource == "server" || f.Id == agent.Id);
        (await system.QueryAsync<string>("SELECT resource_id FROM quarantine")).ShouldBe([planted], "it was not shown, and is not gone");
        (await system.QueryAsync<long>("SELECT COUNT(*) FROM drifts"))[0].ShouldBe(0);
        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().ResolvedAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_second_round_at_the_same_time_is_refused_and_looking_is_not()
    {
        await using var system = await TestSystem.StartAsync();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ToCloud.HoldsAnswer = request =>
        {
            if (request.Path != "/v1/servers" || !reached.TrySetResult())
            {
                return Task.CompletedTask;
            }

            return release.Task;
        };
        var first = system.Client.Reconcile.RunAsync();
        using var limit = Eventually.Limit();
        await reached.Task.WaitAsync(limit.Token);

        var refusal = await Should.ThrowAsync<SlipwayException>(() => system.Client.Reconcile.RunAsync());
        (refusal.Status, refusal.Code).ShouldBe((HttpStatusCode.Conflict, "reconcile_running"));
        (await system.Client.Reconcile.RunAsync(dryRun: true)).DryRun.ShouldBeTrue();

        release.SetResult();
        (await first).Findings.ShouldBeEmpty();
        (await system.Client.Reconcile.RunAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Asking_for_a_round_needs_the_scope_and_is_audited()
    {
        await using var system = await TestSystem.StartAsync();
        var reader = await system.CreateTokenAsync("reader", [Scopes.Read]);

        (await system.SendAsync(HttpMethod.Post, "v1/reconcile?dryRun=true", token: reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        await system.Client.Reconcile.RunAsync(dryRun: true);
        await system.Client.Reconcile.RunAsync(acceptMissing: true);

        (await system.QueryAsync<string>("SELECT action || ' ' || target || ' ' || detail FROM audit ORDER BY at, id")).Order(StringComparer.Ordinal)
            .ShouldBe(["reconcile clouds accept missing", "reconcile clouds dry run"]);
    }

    [Fact]
    public async Task Rounds_come_by_themselves_and_cost_eight_requests_while_every_list_fits_one_page()
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Reconcile:Every"] = "00:05:00" });
        var planted = await system.PlantServerAsync(await system.OursAsync());

        await Eventually.BecomesAsync(
            () => system.Client.Alerts.ListAsync(), a => a.Count > 0, "it is found without anybody asking", () => system.Clock.Leap(TimeSpan.FromSeconds(50)));

        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().What.ShouldContain(planted);
        system.Log.Text.ShouldContain($"server {planted} is unknown");
        var rounds = system.ToCloud.Count("GET", "/v1/servers");
        string[] lists = ["/v1/primary_ips", "/v1/volumes", "/v1/firewalls", "/v1/ssh_keys", "/v1/images", "/api/v2/tailnet/-/devices", "/api/v2/tailnet/-/keys"];
        lists.ShouldAllBe(list => Math.Abs(system.ToCloud.Count("GET", list) - rounds) <= 1);
    }

    /// <summary>Removed, and not believed before it is seen gone.</summary>
    private static Task<IReadOnlyList<ReconcileFinding>> GoesAsync(TestSystem system, string id) => Eventually.BecomesAsync(
        () => system.RoundAsync(), f => f.All(one => one.Id != id), $"{id} is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(5)));
}
