using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Reconcile;

/// <summary>A machine that is not as its row says is mended by an ordinary operation, once two rounds saw it.</summary>
public sealed class DriftTests
{
    [Fact]
    public async Task A_server_that_somebody_switched_off_is_on_again_and_well_and_the_timeline_says_why()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.PowerOffAsync(agent.Machine!.ServerId!.Value);

        var finding = await system.ConfirmedAsync(agent.Id);

        (finding.Resource, finding.Finding).ShouldBe(("machine", "off"));
        var repair = await system.FinishedAsync(finding.Operation());
        (repair.Plan, repair.Status).ShouldBe(("repair", "succeeded"));
        repair.Timeline[0].Message!.ShouldContain("is off, and should be on");
        await ShouldBeWellAsync(system, agent);
        (await system.RoundAsync()).ShouldBeEmpty();
        (await system.QueryAsync<long>("SELECT COUNT(*) FROM drifts"))[0].ShouldBe(0);
        (await system.Client.Alerts.ListAsync(all: true)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dry_run_notes_nothing_down_so_that_it_confirms_nothing()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.PowerOffAsync(agent.Machine!.ServerId!.Value);

        await system.RoundAsync(dryRun: true);
        system.Clock.Leap(Rounds.Lasting);
        (await system.RoundAsync(dryRun: true)).Of(agent.Id).Action.ShouldContain("first time");
        await system.RoundAsync();
        (await system.RoundAsync()).Of(agent.Id).Action.ShouldContain("first time", Case.Sensitive, "two rounds within a moment are one look");
        system.Clock.Leap(Rounds.Lasting);

        (await system.RoundAsync(dryRun: true)).Of(agent.Id).Action.ShouldBe("'repair' would be started");
        (await system.Client.Operations.ListAsync(agent.Id)).ShouldHaveSingleItem().Plan.ShouldBe("provision");
    }

    [Fact]
    public async Task S6_A_server_without_our_firewall_gets_it_back_and_is_not_restarted()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await DetachFirewallAsync(system, agent);
        var starts = system.ToCloud.Exchanges.Count(e => e.PathAndQuery.Contains("/actions/power", StringComparison.Ordinal));

        var repair = await system.FinishedAsync((await system.ConfirmedAsync(agent.Id)).Operation());

        repair.Status.ShouldBe("succeeded");
        repair.Timeline.ShouldContain(t => t.Step == "attach-firewall" && t.Message!.EndsWith("is attached", StringComparison.Ordinal));
        (await FirewallsAsync(system, agent)).ShouldHaveSingleItem();
        system.ToCloud.Exchanges.Count(e => e.PathAndQuery.Contains("/actions/power", StringComparison.Ordinal)).ShouldBe(starts);
        (await system.Client.Agents.GetAsync(agent.Id)).Machine!.StartedAt.ShouldBe(agent.Machine!.StartedAt);
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_firewall_that_was_deleted_is_made_anew_for_all_machines()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await DetachFirewallAsync(system, agent);
        var firewall = (await system.Cloud.HetznerAsync(HttpMethod.Get, "firewalls"))["firewalls"]!.AsArray().ShouldHaveSingleItem()!["id"];
        using (var http = new HttpClient())
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(system.Cloud.Address, $"v1/firewalls/{firewall}"));
            request.Headers.Authorization = new("Bearer", Cloud.Token);
            (await http.SendAsync(request)).EnsureSuccessStatusCode();
        }

        (await system.FinishedAsync((await system.ConfirmedAsync(agent.Id)).Operation())).Status.ShouldBe("succeeded");

        (await FirewallsAsync(system, agent)).ShouldHaveSingleItem();
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_of_another_type_gets_its_own_back()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var server = agent.Machine!.ServerId!.Value;
        await system.PowerOffAsync(server);
        await system.ActAsync(server, "change_type", new JsonObject { ["server_type"] = "cx33", ["upgrade_disk"] = false }, s => (string?)s["server_type"]!["name"] == "cx33");
        await system.ActAsync(server, "poweron", null, s => (string?)s["status"] == "running");

        var finding = await system.ConfirmedAsync(agent.Id);
        finding.Finding.ShouldBe("wrong-type");
        var repair = await system.FinishedByLeapsAsync(finding.Operation(), TimeSpan.FromSeconds(1));

        repair.Status.ShouldBe("succeeded", repair.Error);
        repair.Timeline.ShouldContain(t => t.Step == "change-server-type" && t.Message == $"from cx33 to {agent.Machine.ServerType}");
        await ShouldBeWellAsync(system, agent);
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_machine_gets_its_firewall_back_and_stays_stopped()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.FinishedByLeapsAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!, TimeSpan.FromSeconds(1));
        await DetachFirewallAsync(system, agent);

        (await system.FinishedAsync((await system.ConfirmedAsync(agent.Id)).Operation())).Status.ShouldBe("succeeded");

        (await FirewallsAsync(system, agent)).ShouldHaveSingleItem();
        ((string?)(await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!["status"]).ShouldBe("off");
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("paused");
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_paid_agent_whose_server_is_gone_gets_a_new_machine_and_somebody_hears_of_it()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.HetznerAsync(HttpMethod.Delete, $"servers/{agent.Machine!.ServerId}");
        await Eventually.BecomesAsync(() => system.Cloud.ServersAsync(), s => s.Count == 0, "it is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(1)));

        var finding = await system.ConfirmedAsync(agent.Id);

        finding.Finding.ShouldBe("host-gone");
        var replace = await system.FinishedAsync(finding.Operation());
        (replace.Plan, replace.Status).ShouldBe(("replace", "succeeded"), replace.Error);
        replace.Timeline.Single(t => t is { Step: "register-machine", Kind: "done" }).Message!.ShouldContain("is gone at Hetzner");
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status).ShouldBe(("active", "running"));
        after.Machine.ServerId.ShouldNotBe(agent.Machine.ServerId);
        after.Machine.TailscaleNodeId.ShouldNotBe(agent.Machine.TailscaleNodeId);
        var inventory = await system.Cloud.InventoryAsync();
        (inventory["servers"], inventory["devices"]).ShouldBe((1, 1));
        var alert = (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe(("critical", agent.Id));
        alert.WhatToDo.ShouldContain("lost");

        (await system.RoundAsync()).ShouldBeEmpty();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task L3_A_customer_who_leaves_before_a_lost_machine_is_replaced_leaves_nothing_behind()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.HetznerAsync(HttpMethod.Delete, $"servers/{agent.Machine!.ServerId}");
        await Eventually.BecomesAsync(() => system.Cloud.ServersAsync(), s => s.Count == 0, "it is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(1)));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await system.RoundAsync();
        system.Clock.Leap(Rounds.Lasting);
        system.ToCloud.HoldsAnswer = request =>
        {
            if (request.Path != "/api/v2/tailnet/-/devices" || request.Query.Count == 0)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return release.Task;
        };
        var replace = (await system.RoundAsync()).Of(agent.Id).Operation();
        using var limit = Eventually.Limit();
        await reached.Task.WaitAsync(limit.Token);
        await system.Client.Agents.DestroyAsync(agent.Id);
        release.SetResult();

        (await system.FinishedByLeapsAsync(replace, TimeSpan.FromSeconds(2))).Status.ShouldBe("undone");
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("closed");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task T14_Most_servers_gone_at_once_is_held_until_somebody_says_so()
    {
        await using var system = await TestSystem.StartAsync();
        var one = await system.RunningAgentAsync();
        var two = await system.RunningAgentAsync();
        foreach (var agent in (AgentResource[])[one, two])
        {
            await system.Cloud.HetznerAsync(HttpMethod.Delete, $"servers/{agent.Machine!.ServerId}");
        }

        await Eventually.BecomesAsync(() => system.Cloud.ServersAsync(), s => s.Count == 0, "they are gone", () => system.Clock.Leap(TimeSpan.FromSeconds(1)));

        (await system.ConfirmedAsync(one.Id)).Action.ShouldContain("token of another project");
        (await system.Client.Alerts.ListAsync()).Count.ShouldBe(2);
        (await system.Client.Operations.ListAsync(one.Id)).ShouldHaveSingleItem();

        var accepted = await system.RoundAsync(acceptMissing: true);
        foreach (var agent in (AgentResource[])[one, two])
        {
            (await system.FinishedAsync(accepted.Of(agent.Id).Operation())).Status.ShouldBe("succeeded");
        }

        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(2);
    }

    [Fact]
    public async Task What_a_repair_does_not_mend_is_told_and_not_tried_again_for_hours()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.PowerOffAsync(agent.Machine!.ServerId!.Value);
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, """{"exit_code":1,"stdout":"port 8080 is closed","stderr":""}""", times: 100_000);
        var repair = await system.FinishedByLeapsAsync((await system.ConfirmedAsync(agent.Id)).Operation(), TimeSpan.FromSeconds(5));
        repair.Status.ShouldBe("undone");

        var ill = await system.Client.Agents.GetAsync(agent.Id);
        (ill.Status, ill.Wanted, ill.Machine!.Status).ShouldBe(("active", "running", "starting"), "it is paid for, and nobody says that it runs");
        ill.Error!.ShouldContain("port 8080 is closed");
        (await system.ConfirmedAsync(agent.Id)).Action.ShouldContain($"{repair.Id} did not mend it");
        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().What.ShouldContain("nothing goes on with it");

        await system.Cloud.ClearFaultsAsync();
        system.Clock.Leap(TimeSpan.FromHours(6));
        (await system.FinishedAsync((await system.RoundAsync()).Of(agent.Id).Operation())).Status.ShouldBe("succeeded");
        await ShouldBeWellAsync(system, agent);
        (await system.Client.Agents.GetAsync(agent.Id)).Error.ShouldBeNull();
        await system.RoundAsync();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_is_busy_is_not_misread()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.IgnoreShutdownAsync(agent.Machine!.ServerId!.Value);
        var stop = (await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!;
        await system.SeesAsync(stop, t => t.Step == "shut-down-server", "it is being stopped");
        await system.PowerOffAsync(agent.Machine.ServerId.Value);

        (await system.RoundAsync()).ShouldBeEmpty();

        await system.FinishedByLeapsAsync(stop, TimeSpan.FromSeconds(2));
        (await system.RoundAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_device_that_left_the_tailnet_is_told()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.DeleteDevicesAsync();

        (await system.ConfirmedAsync(agent.Id)).Finding.ShouldBe("no-device");

        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().What.ShouldContain(agent.Machine!.TailscaleNodeId!);
        (await system.Client.Operations.ListAsync(agent.Id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task O6_An_operation_that_does_not_get_on_is_reported_until_it_does()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromMinutes(8));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "await-running", Kind: "done" }, "the machine boots");
        (await system.RoundAsync()).ShouldBeEmpty();

        var finding = (await Eventually.BecomesAsync(
            () => system.RoundAsync(), f => f.Count > 0, "it is reported", () => system.Clock.Leap(TimeSpan.FromSeconds(10)))).ShouldHaveSingleItem();

        (finding.Resource, finding.Id, finding.Finding).ShouldBe(("operation", agent.Operation, "no-progress"));
        finding.Action.ShouldContain("await-phone-home");
        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().WhatToDo.ShouldContain($"operation explain {agent.Operation}");
        (await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(5))).Status.ShouldBe("succeeded");
        (await system.RoundAsync()).ShouldBeEmpty();
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    private static async Task ShouldBeWellAsync(TestSystem system, AgentResource agent)
    {
        var now = await system.Client.Agents.GetAsync(agent.Id);
        (now.Status, now.Machine!.Status, now.Machine.ServerId).ShouldBe(("active", "running", agent.Machine!.ServerId));
        var server = (await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!;
        ((string?)server["status"], (string?)server["server_type"]!["name"]).ShouldBe(("running", agent.Machine.ServerType));
    }

    private static async Task<JsonArray> FirewallsAsync(TestSystem system, AgentResource agent) =>
        (await system.Cloud.HetznerAsync(HttpMethod.Get, $"servers/{agent.Machine!.ServerId}"))["server"]!["public_net"]!["firewalls"]!.AsArray();

    private static async Task DetachFirewallAsync(TestSystem system, AgentResource agent)
    {
        var firewall = (await FirewallsAsync(system, agent)).ShouldHaveSingleItem()!["id"];
        var body = new JsonObject
        {
            ["remove_from"] = new JsonArray(new JsonObject { ["type"] = "server", ["server"] = new JsonObject { ["id"] = agent.Machine!.ServerId } }),
        };
        (await system.Cloud.HetznerAsync(HttpMethod.Post, $"firewalls/{firewall}/actions/remove_from_resources", body))["error"].ShouldBeNull();
        (await FirewallsAsync(system, agent)).ShouldBeEmpty();
    }
}
