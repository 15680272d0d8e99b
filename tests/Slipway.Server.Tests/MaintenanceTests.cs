using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Server.Tests.Reconcile;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>Snapshots, another size, a new disk: what an operator has done to a machine that exists.</summary>
public sealed class MaintenanceTests
{
    private static readonly TimeSpan Leap = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task H4_A_snapshot_is_made_listed_known_to_reconciliation_and_deleted()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        var taken = await FinishAsync(system, await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest { Description = "before the change" }));

        taken.Plan.ShouldBe("snapshot");
        taken.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(["register-snapshot", "take-snapshot", "await-snapshot"]);
        var image = (await ImagesAsync(system)).ShouldHaveSingleItem();
        ((string)image["description"]!, (string)image["labels"]!["slipway-agent"]!, (string)image["labels"]!["slipway-operation"]!).ShouldBe(("before the change", agent.Id, taken.Id));
        var snapshot = (await system.Client.Agents.SnapshotsAsync(agent.Id)).ShouldHaveSingleItem();
        (snapshot.Id, snapshot.Status, snapshot.Keep, snapshot.Operation).ShouldBe(((long)image["id"]!, "available", false, taken.Id));
        snapshot.SizeMb.ShouldNotBeNull().ShouldBeGreaterThan(0);
        (await system.Client.Agents.GetAsync(agent.Id)).Machine!.Status.ShouldBe("running");
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).ShouldBeEmpty("a row knows it");

        var deleted = await FinishAsync(system, await system.Client.Agents.DeleteSnapshotAsync(agent.Id, snapshot.Id!.Value));

        deleted.Plan.ShouldBe("delete-snapshot");
        (await ImagesAsync(system)).ShouldBeEmpty();
        (await system.Client.Agents.SnapshotsAsync(agent.Id)).ShouldBeEmpty();
        (await RefusedAsync(() => system.Client.Agents.DeleteSnapshotAsync(agent.Id, snapshot.Id.Value))).Code.ShouldBe("snapshot_not_found");
        (await AuditAsync(system)).ShouldBe(["agent.snapshot Accepted", $"agent.snapshot.delete Accepted: {snapshot.Id}", "agent.snapshot.delete NotFound"]);
    }

    [Fact]
    public async Task L3_An_agent_takes_its_snapshots_with_it_but_for_those_that_are_to_be_kept()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await FinishAsync(system, await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest()));
        await FinishAsync(system, await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest { Description = "for later", Keep = true }));

        await system.DestroyedAsync(agent.Id);

        ((string)(await ImagesAsync(system)).ShouldHaveSingleItem()["description"]!).ShouldBe("for later");
        var kept = (await system.Client.Agents.SnapshotsAsync(agent.Id)).ShouldHaveSingleItem();
        kept.Keep.ShouldBeTrue();
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).ShouldBeEmpty("it is kept, and known");
        await FinishAsync(system, await system.Client.Agents.DeleteSnapshotAsync(agent.Id, kept.Id!.Value));
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("closed");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_snapshot_that_fails_leaves_nothing_and_the_agent_as_it_was()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.FailActionAsync("create_image", "disk on fire");

        var failed = await system.FinishedByLeapsAsync((await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest())).Agent.Operation!, Leap);

        failed.Status.ShouldBe("undone");
        failed.Error.ShouldNotBeNull().ShouldContain("disk on fire");
        (await ImagesAsync(system)).ShouldBeEmpty();
        (await system.QueryAsync<long>("SELECT COUNT(*) FROM snapshots"))[0].ShouldBe(0);
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("active");
    }

    [Fact]
    public async Task H4_A_running_agent_is_resized_and_seen_well_and_its_new_type_is_what_reconciliation_wants()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        var resized = await FinishAsync(system, await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cx33" }));

        resized.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(
            ["begin-resize", "shut-down-for-resize", "resize-server", "await-resize", "switch-on-resized", "await-resized-agent"]);
        var server = await ServerAsync(system);
        ((string)server["server_type"]!["name"]!, (long)server["primary_disk_size"]!, (string)server["status"]!).ShouldBe(("cx33", 40, "running"));
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status, after.Machine.ServerType, after.Machine.HostKeyFingerprint).ShouldBe(
            ("active", "running", "cx33", agent.Machine!.HostKeyFingerprint));
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).ShouldBeEmpty();
        (await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cx33" })).Accepted.ShouldBeFalse("it is one");

        var back = await FinishAsync(system, await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cx23" }));

        back.Status.ShouldBe("succeeded", "the disk has not grown");
    }

    [Fact]
    public async Task A_machine_that_is_made_anew_after_a_resize_is_of_the_type_it_was_resized_to()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await FinishAsync(system, await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cpx32", UpgradeDisk = true }));
        ((long)(await ServerAsync(system))["primary_disk_size"]!).ShouldBe(160);
        await system.Cloud.HetznerAsync(HttpMethod.Delete, $"servers/{agent.Machine!.ServerId}");

        var replaced = await system.FinishedAsync((await system.ConfirmedAsync(agent.Id)).Operation());

        (replaced.Plan, replaced.Status).ShouldBe(("replace", "succeeded"));
        ((string)(await ServerAsync(system))["server_type"]!["name"]!).ShouldBe("cpx32");
    }

    [Theory]
    [InlineData("cx99", "no server type 'cx99'")]
    [InlineData("cax11", "arm machine")]
    [InlineData("cpx22", "sold out in fsn1")]
    public async Task A_type_that_does_not_fit_is_refused_before_anything_is_switched_off(string type, string why)
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.Cloud.SellAsync("sold_out", "fsn1", "cpx22");

        var refused = await system.FinishedAsync((await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = type })).Agent.Operation!);

        refused.Status.ShouldBe("undone");
        refused.Error.ShouldNotBeNull().ShouldContain(why);
        system.ToCloud.Exchanges.ShouldNotContain(e => e.PathAndQuery.Contains("/actions/shutdown", StringComparison.Ordinal));
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status, after.Machine.ServerType).ShouldBe(("active", "running", "cx23"));
    }

    [Fact]
    public async Task A_stopped_agent_is_resized_and_stays_stopped()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.FinishedAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);

        await FinishAsync(system, await system.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cx33" }));

        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status, after.Machine.ServerType).ShouldBe(("paused", "stopped", "cx33"));
        ((string)(await ServerAsync(system))["status"]!).ShouldBe("off");
    }

    [Fact]
    public async Task H4_S5_A_rebuilt_machine_is_new_but_for_its_server_and_its_address()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        var rebuilt = await FinishAsync(system, await system.Client.Agents.RebuildAsync(agent.Id));

        rebuilt.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(
        [
            "begin-rebuild", "create-auth-key", "rebuild-server", "await-running", "remove-former-device", "await-phone-home", "verify-enrolment", "inject-secrets",
            "start-unit", "await-healthy",
        ]);
        var after = await system.Client.Agents.GetAsync(agent.Id);
        var (old, now) = (agent.Machine!, after.Machine!);
        (after.Status, now.Status, now.ServerId, now.Ipv4).ShouldBe(("active", "running", old.ServerId, old.Ipv4));
        now.HostKeyFingerprint.ShouldNotBeNull().ShouldNotBe(old.HostKeyFingerprint);
        now.TailscaleNodeId.ShouldNotBeNull().ShouldNotBe(old.TailscaleNodeId);
        var inventory = await system.Cloud.InventoryAsync();
        (inventory["servers"], inventory["devices"], inventory["auth_keys"]).ShouldBe((1, 1, 0));
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).ShouldBeEmpty();
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_rebuild_that_Hetzner_refuses_leaves_the_machine_as_it_was()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var server = $"servers/{agent.Machine!.ServerId}";
        await system.Cloud.HetznerAsync(HttpMethod.Post, $"{server}/actions/change_protection", new JsonObject { ["delete"] = true, ["rebuild"] = true });

        var refused = await system.FinishedByLeapsAsync((await system.Client.Agents.RebuildAsync(agent.Id)).Agent.Operation!, Leap);

        refused.Status.ShouldBe("undone");
        refused.Error.ShouldNotBeNull().ShouldContain("protected");
        var after = await system.Client.Agents.GetAsync(agent.Id);
        after.Status.ShouldBe("active");
        after.Machine.ShouldBe(agent.Machine);
        after.Error.ShouldNotBeNull();
        await system.Cloud.HetznerAsync(HttpMethod.Post, $"{server}/actions/change_protection", new JsonObject { ["delete"] = false, ["rebuild"] = false });
        await FinishAsync(system, await system.Client.Agents.RebuildAsync(agent.Id));
    }

    [Fact]
    public async Task O5_A_rebuild_that_fails_once_the_disk_is_lost_leaves_nothing_and_the_agent_can_be_retried_or_destroyed()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await FinishAsync(system, await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest()));
        await system.Cloud.FailActionAsync("rebuild_server", "no image");

        var failed = await system.FinishedByLeapsAsync((await system.Client.Agents.RebuildAsync(agent.Id)).Agent.Operation!, Leap);

        failed.Status.ShouldBe("undone");
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Wanted, after.Machine!.Status).ShouldBe(("error", "running", "gone"));
        var inventory = await system.Cloud.InventoryAsync();
        (inventory["servers"], inventory["devices"], inventory["auth_keys"], inventory["firewalls"], inventory["images"]).ShouldBe((0, 0, 0, 0, 1));
        await system.FinishedAsync((await system.Client.Agents.RetryAsync(agent.Id)).Agent.Operation!);
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("active");
        await system.Cloud.FailActionAsync("rebuild_server", "no image");
        await system.FinishedByLeapsAsync((await system.Client.Agents.RebuildAsync(agent.Id)).Agent.Operation!, Leap);

        await system.DestroyedAsync(agent.Id);

        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task What_does_not_fit_the_moment_is_a_conflict_that_says_why()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.CreateTime = TimeSpan.FromSeconds(2));
        var draft = await system.OrderAsync();
        (await RefusedAsync(() => system.Client.Agents.TakeSnapshotAsync(draft.Id, new TakeSnapshotRequest()))).Code.ShouldBe("cannot_snapshot");
        (await RefusedAsync(() => system.Client.Agents.ResizeAsync(draft.Id, new ResizeAgentRequest { ServerType = "cx33" }))).Code.ShouldBe("cannot_resize");
        (await RefusedAsync(() => system.Client.Agents.RebuildAsync(draft.Id))).Code.ShouldBe("cannot_rebuild");
        (await RefusedAsync(() => system.Client.Agents.RebuildAsync("agt-nobody"))).Code.ShouldBe("agent_not_found");
        (await RefusedAsync(() => system.Client.Agents.SnapshotsAsync("agt-nobody"))).Code.ShouldBe("agent_not_found");
        (await RefusedAsync(() => system.Client.Agents.ResizeAsync(draft.Id, new ResizeAgentRequest { ServerType = "../cx33" }))).Code.ShouldBe("invalid_order");
        (await RefusedAsync(() => system.Client.Agents.TakeSnapshotAsync(draft.Id, new TakeSnapshotRequest { Description = new string('x', 201) }))).Code.ShouldBe("invalid_order");
        var agent = await system.RunningAgentAsync();
        var taken = await system.Client.Agents.TakeSnapshotAsync(agent.Id, new TakeSnapshotRequest());

        var busy = await RefusedAsync(() => system.Client.Agents.RebuildAsync(agent.Id));

        busy.Code.ShouldBe("cannot_rebuild");
        busy.Detail.ShouldContain("'snapshot' is under way");
        await system.FinishedAsync(taken.Agent.Operation!);
        await system.FinishedAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);
        (await RefusedAsync(() => system.Client.Agents.RebuildAsync(agent.Id))).Detail.ShouldContain("this one is stopped");
    }

    private static async Task<OperationResource> FinishAsync(TestSystem system, AgentChange change)
    {
        change.Accepted.ShouldBeTrue();
        var operation = await system.FinishedByLeapsAsync(change.Agent.Operation!, TimeSpan.FromSeconds(2));
        operation.Status.ShouldBe("succeeded", operation.Error);
        return operation;
    }

    private static async Task<IReadOnlyList<JsonNode>> ImagesAsync(TestSystem system) =>
        [.. (await system.Cloud.HetznerAsync(HttpMethod.Get, "images?type=snapshot"))["images"]!.AsArray().Select(i => i!)];

    private static async Task<JsonNode> ServerAsync(TestSystem system) => (await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!;

    private static Task<IReadOnlyList<string>> AuditAsync(TestSystem system) =>
        system.QueryAsync<string>("SELECT action || ' ' || detail FROM audit WHERE action LIKE 'agent.snapshot%' ORDER BY at");

    private static Task<SlipwayException> RefusedAsync(Func<Task> act) => Should.ThrowAsync<SlipwayException>(act);
}
