using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>From the payment to the last byte.</summary>
public sealed class LifeTests
{
    private static readonly string[] ProvisionSteps =
    [
        "register-machine", "create-auth-key", "ensure-firewall", "create-server", "await-running",
        "await-phone-home", "verify-enrolment", "inject-secrets", "start-unit", "await-healthy",
    ];

    [Fact]
    public async Task O1_O2_O3_O4_L1_L2_L3_P1_P2_An_agent_lives_from_its_payment_to_the_end_of_its_subscription()
    {
        await using var system = await TestSystem.StartAsync();

        var draft = await system.OrderAsync();
        draft.Status.ShouldBe("draft");
        draft.Operation.ShouldBeNull("nothing is made before it is paid for");
        var (_, subscription) = await system.PayAsync(draft.Id);
        var paid = await system.ProvisioningAsync(draft.Id);

        var provision = await system.FinishedAsync(paid.Operation!);
        provision.Error.ShouldBeNull();
        provision.Status.ShouldBe("succeeded");
        provision.Steps.ShouldBe(ProvisionSteps);
        provision.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(ProvisionSteps);
        provision.Timeline.Select(t => t.Sequence).ShouldBe(Enumerable.Range(1, provision.Timeline.Count).Select(n => (long)n));
        var agent = await system.Client.Agents.GetAsync(draft.Id);
        agent.Status.ShouldBe("active");
        var machine = agent.Machine!;
        machine.Status.ShouldBe("running");
        machine.Name.ShouldBe(agent.Id);
        machine.ServerId.ShouldBe((long)(await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!["id"]!);
        machine.Location.ShouldBe("fsn1");
        machine.TailscaleIp.ShouldNotBeNull();
        machine.HostKeyFingerprint!.ShouldStartWith("SHA256:");
        machine.StartedAt!.Value.ShouldBeGreaterThanOrEqualTo(provision.CreatedAt);

        var stop = await system.Client.Agents.StopAsync(agent.Id);
        stop.Accepted.ShouldBeTrue();
        (await system.FinishedAsync(stop.Agent.Operation!)).Status.ShouldBe("succeeded");
        var stopped = await system.Client.Agents.GetAsync(agent.Id);
        stopped.Status.ShouldBe("paused");
        stopped.Machine!.Status.ShouldBe("stopped");
        stopped.Machine.StoppedAt.ShouldNotBeNull();
        ((string)(await system.Cloud.ServersAsync()).Single()!["status"]!).ShouldBe("off");

        var start = await system.Client.Agents.StartAsync(agent.Id);
        var started = await system.FinishedAsync(start.Agent.Operation!);
        started.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(["power-on-server", "await-healthy"]);
        var again = await system.Client.Agents.GetAsync(agent.Id);
        again.Status.ShouldBe("active");
        again.Machine!.StoppedAt.ShouldBeNull();
        again.Machine.HostKeyFingerprint.ShouldBe(machine.HostKeyFingerprint);

        await system.Cloud.CancelSubscriptionAsync(subscription);
        await system.WebhookAsync(StripeEvents.Cancelled("evt_2", subscription));
        var leaving = await Eventually.BecomesAsync(() => system.Client.Agents.GetAsync(agent.Id), a => a.Wanted == "destroyed", "the subscription's end has come through");
        var destroy = await system.FinishedAsync(leaving.Operation!);
        destroy.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(["delete-server", "delete-snapshots", "leave-tailnet", "remove-firewall", "forget-machine"]);
        var closed = await system.Client.Agents.GetAsync(agent.Id);
        closed.Status.ShouldBe("closed");
        closed.Machine!.Status.ShouldBe("gone");
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.QueryAsync<string>("SELECT name FROM secrets WHERE owner = @id", new { id = agent.Id })).ShouldBeEmpty();
    }

    [Fact]
    public async Task T16_O1_Running_is_said_only_after_the_agents_own_health_check_passed()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, """{"exit_code":0,"stdout":"","stderr":""}""", times: 2);
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, """{"exit_code":1,"stdout":"connection refused","stderr":""}""", times: 3);
        var agent = await system.OrderAsync(granted: true);

        var wait = await system.SeesAsync(agent.Operation!, t => t is { Step: "await-healthy", Kind: "waiting" }, "the health check failed once");
        wait.Message!.ShouldContain("connection refused");
        (await system.Client.Agents.GetAsync(agent.Id)).Status.ShouldBe("draft");

        await system.Cloud.ClearFaultsAsync();
    }

    [Fact]
    public async Task P1_P2_A_checkout_paid_at_Stripe_provisions_and_its_cancellation_takes_everything_away()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.WebhooksToAsync(new Uri(system.Address, "webhooks/stripe"));
        var agent = await system.OrderAsync();

        var subscription = await system.Cloud.CheckOutAndPayAsync(agent.Id, StripeEvents.Price);

        await Eventually.BecomesAsync(() => system.Client.Agents.GetAsync(agent.Id), a => a.Status == "active", "the agent runs");
        await system.Cloud.CancelSubscriptionAsync(subscription);
        await Eventually.BecomesAsync(() => system.Client.Agents.GetAsync(agent.Id), a => a.Status == "closed", "the agent is gone");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task From_create_to_gone_an_agent_costs_at_most_six_requests_at_Hetzner()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        await system.DestroyedAsync(agent.Id);

        var requests = (await system.Cloud.RequestsAsync()).Where(r => r.Key.Contains(" /v1/", StringComparison.Ordinal)).ToList();
        requests.ShouldContain(r => r.Key == "POST /v1/servers" && r.Value == 1);
        requests.Sum(r => r.Value).ShouldBeLessThanOrEqualTo(6, string.Join(", ", requests));
    }

    [Fact]
    public async Task L4_An_agent_destroyed_while_it_is_provisioned_turns_round_and_leaves_nothing()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromMinutes(5));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");

        await system.DestroyedAsync(agent.Id);

        var provision = await system.Client.Operations.GetAsync(agent.Operation!);
        provision.Status.ShouldBe("undone");
        provision.CancelReason.ShouldNotBeNull();
        provision.Timeline.Where(t => t.Kind == "undone").Select(t => t.Step).ShouldBe(["take-evidence", "delete-server", "remove-firewall", "leave-tailnet", "forget-machine"]);
        await system.Cloud.ShouldBeEmptyAsync();
        (await system.Client.Operations.ListAsync(agent.Id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task S6_All_agents_share_one_firewall_that_lets_in_SSH_from_the_control_plane_alone_and_the_last_one_takes_it_with_it()
    {
        await using var system = await TestSystem.StartAsync();
        var first = await system.RunningAgentAsync();
        var second = await system.RunningAgentAsync();
        var firewall = (await system.Cloud.HetznerAsync(HttpMethod.Get, "firewalls"))["firewalls"]!.AsArray().ShouldHaveSingleItem()!;
        var rule = firewall["rules"]!.AsArray().ShouldHaveSingleItem("a rule for what goes out would close the rest")!;
        ((string)rule["direction"]!, (string)rule["protocol"]!, (string)rule["port"]!).ShouldBe(("in", "tcp", "22"));
        rule["source_ips"]!.AsArray().Select(ip => (string)ip!).ShouldBe(["127.0.0.1/32"]);

        await system.DestroyedAsync(first.Id);
        (await system.Cloud.InventoryAsync())["firewalls"].ShouldBe(1);
        await system.DestroyedAsync(second.Id);

        await system.Cloud.ShouldBeEmptyAsync();
    }
}
