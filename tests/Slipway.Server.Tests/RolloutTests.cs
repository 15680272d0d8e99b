using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>A version of a blueprint on its way to all agents of it.</summary>
public sealed class RolloutTests
{
    private static readonly TimeSpan Leap = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task One_agent_goes_first_and_alone_and_the_rest_follow_once_it_is_well()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agents = await blueprint.RunningAgentsAsync(3);
        var offered = await blueprint.OfferAsync("two");

        var rollout = await BeginAsync(blueprint, atOnce: 2, canary: agents[1].Id);
        var operation = await blueprint.System.FinishedAsync(rollout.Operation);

        (operation.Plan, operation.Status).ShouldBe(("roll-out", "succeeded"));
        var after = await blueprint.System.Client.Rollouts.GetAsync(rollout.Id);
        (after.Status, after.BlueprintDigest).ShouldBe(("succeeded", offered));
        after.Agents.Select(a => (a.Agent, a.Status)).ShouldBe([(agents[1].Id, "updated"), (agents[0].Id, "updated"), (agents[2].Id, "updated")]);
        var updates = new List<OperationResource>();
        foreach (var agent in after.Agents)
        {
            (await blueprint.VersionAsync(agent.Agent)).ShouldBe(offered);
            updates.Add(await blueprint.System.Client.Operations.GetAsync(agent.Operation!));
        }

        updates.Skip(1).ShouldAllBe(update => update.CreatedAt >= updates[0].FinishedAt, "nobody is begun before the canary is well");
        (await blueprint.System.Client.Rollouts.ListAsync()).Single().Id.ShouldBe(rollout.Id);
        (await RefusedAsync(() => BeginAsync(blueprint))).Code.ShouldBe("nothing_to_update");
    }

    [Fact]
    public async Task The_first_agent_that_is_not_well_is_put_back_and_stops_the_roll_out()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agents = await blueprint.RunningAgentsAsync(2);
        await blueprint.OfferAsync("simulated-unwell");

        var rollout = await BeginAsync(blueprint);
        (await RefusedAsync(() => BeginAsync(blueprint))).Code.ShouldBe("rollout_running");
        var operation = await blueprint.System.FinishedByLeapsAsync(rollout.Operation, Leap);

        operation.Status.ShouldBe("undone");
        var after = await blueprint.System.Client.Rollouts.GetAsync(rollout.Id);
        after.Status.ShouldBe("failed");
        after.Agents.Select(a => a.Status).ShouldBe(["put_back", "kept"]);
        after.Error.ShouldNotBeNull().ShouldStartWith($"{agents[0].Id} was not well with version");
        after.Agents[1].Operation.ShouldBeNull();
        foreach (var agent in agents)
        {
            var now = await blueprint.System.Client.Agents.GetAsync(agent.Id);
            (now.BlueprintDigest, now.Machine!.Status).ShouldBe((agent.BlueprintDigest, "running"));
        }
    }

    [Fact]
    public async Task Who_cannot_take_part_is_left_as_it_is_and_said_so()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agents = await blueprint.RunningAgentsAsync(2);
        await blueprint.System.FinishedAsync((await blueprint.System.Client.Agents.StopAsync(agents[0].Id)).Agent.Operation!);
        var offered = await blueprint.OfferAsync("two");

        var rollout = await BeginAsync(blueprint);
        await blueprint.System.FinishedAsync(rollout.Operation);

        var after = await blueprint.System.Client.Rollouts.GetAsync(rollout.Id);
        after.Agents.Select(a => (a.Agent, a.Status)).ShouldBe([(agents[0].Id, "skipped"), (agents[1].Id, "updated")]);
        after.Agents[0].Note.ShouldBe($"Agent {agents[0].Id}: only a running agent can be updated, and this one is stopped.");
        (await blueprint.VersionAsync(agents[1].Id)).ShouldBe(offered);

        await blueprint.OfferAsync(UpdateTests.WithAnotherSecret);
        var refusal = await RefusedAsync(() => BeginAsync(blueprint));
        refusal.Code.ShouldBe("nothing_to_update");
        refusal.Detail.ShouldContain("ANOTHER is missing");
    }

    [Fact]
    public async Task A_roll_out_that_is_cancelled_lets_what_it_began_end_and_leaves_the_rest()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agents = await blueprint.RunningAgentsAsync(2);
        await blueprint.OfferAsync("simulated-unwell");
        var rollout = await BeginAsync(blueprint);
        var begun = await Eventually.BecomesAsync(
            () => blueprint.System.Client.Rollouts.GetAsync(rollout.Id), r => r.Agents[0].Status == "updating", "the canary's update is begun");

        await blueprint.System.Client.Rollouts.CancelAsync(rollout.Id);
        await blueprint.System.FinishedByLeapsAsync(rollout.Operation, Leap);

        (await blueprint.System.Client.Operations.GetAsync(begun.Agents[0].Operation!)).Status.ShouldBe("undone", "the roll-out waits for what it began");
        var after = await blueprint.System.Client.Rollouts.GetAsync(rollout.Id);
        (after.Status, string.Join(' ', after.Agents.Select(a => a.Status))).ShouldBe(("cancelled", "put_back kept"));
        (await blueprint.VersionAsync(agents[1].Id)).ShouldBe(agents[1].BlueprintDigest);
        (await blueprint.System.QueryAsync<string>("SELECT action FROM audit WHERE action LIKE 'rollout.%' ORDER BY at, id")).ShouldBe(["rollout.create", "rollout.cancel"]);
    }

    [Fact]
    public async Task Waiting_long_for_an_update_is_that_update_s_trouble_and_not_the_roll_out_s()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        await blueprint.RunningAgentsAsync(1);
        await blueprint.OfferAsync(text => text
            .Replace("Description=Hello agent", "Description=simulated-unwell", StringComparison.Ordinal).Replace("timeout: 60s", "timeout: 20m", StringComparison.Ordinal));
        var rollout = await BeginAsync(blueprint);
        var begun = await Eventually.BecomesAsync(
            () => blueprint.System.Client.Rollouts.GetAsync(rollout.Id), r => r.Agents[0].Status == "updating", "the update is begun");
        var update = begun.Agents[0].Operation!;
        await Eventually.BecomesAsync(() => blueprint.System.Client.Operations.GetAsync(update), o => o.Step == "await-updated", "it is placed");
        for (var minute = 0; minute < 6; minute++)
        {
            blueprint.System.Clock.Leap(TimeSpan.FromMinutes(1));
        }

        await blueprint.System.Client.Reconcile.RunAsync();

        (await blueprint.System.QueryAsync<string>("SELECT cause FROM alerts WHERE cause LIKE 'no-progress:%'")).ShouldBe([$"no-progress:{update}"]);
    }

    [Fact]
    public async Task What_is_asked_for_is_checked_before_anything_is_begun()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        await blueprint.OfferAsync("two");

        (await RefusedAsync(() => BeginAsync(blueprint, atOnce: 0))).Code.ShouldBe("invalid_rollout");
        (await RefusedAsync(() => BeginAsync(blueprint, canary: "agt-nobody"))).Code.ShouldBe("cannot_be_canary");
        (await RefusedAsync(() => blueprint.System.Client.Rollouts.CreateAsync(new CreateRolloutRequest { Blueprint = "nothing" }))).Code.ShouldBe("blueprint_not_found");
        (await RefusedAsync(() => blueprint.System.Client.Rollouts.GetAsync("rol-nobody"))).Code.ShouldBe("rollout_not_found");
        (await RefusedAsync(() => blueprint.System.Client.Rollouts.CancelAsync("rol-nobody"))).Code.ShouldBe("rollout_not_found");
        (await blueprint.System.Client.Agents.GetAsync(agent.Id)).Busy.ShouldBeFalse();
    }

    private static Task<RolloutResource> BeginAsync(ChangingBlueprint blueprint, int atOnce = 3, string? canary = null) =>
        blueprint.System.Client.Rollouts.CreateAsync(new CreateRolloutRequest { Blueprint = "hello", AtOnce = atOnce, Canary = canary });

    private static Task<SlipwayException> RefusedAsync(Func<Task> act) => Should.ThrowAsync<SlipwayException>(act);
}
