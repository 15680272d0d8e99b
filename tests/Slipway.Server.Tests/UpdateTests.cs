using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>Another version of its blueprint for one agent that runs.</summary>
public sealed class UpdateTests
{
    private static readonly TimeSpan Leap = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_agent_runs_the_version_it_was_ordered_with_until_it_is_updated_and_seen_well()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        var before = agent.BlueprintDigest.ShouldNotBeNull();
        var offered = await blueprint.OfferAsync("two");
        (await blueprint.VersionAsync(agent.Id)).ShouldBe(before, "a new file alone changes no agent");

        var change = await blueprint.System.Client.Agents.UpdateAsync(agent.Id);

        change.Accepted.ShouldBeTrue();
        var operation = await blueprint.System.FinishedAsync(change.Agent.Operation!);
        (operation.Plan, operation.Status).ShouldBe(("update", "succeeded"));
        operation.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(["begin-update", "prepare-version", "place-version", "await-updated", "adopt-version"]);
        operation.Timeline[0].Message.ShouldBe($"hello: from {before[..12]} to {offered[..12]}");
        (await blueprint.VersionAsync(agent.Id)).ShouldBe(offered);
        (await blueprint.System.QueryAsync<string>("SELECT blueprint_digest FROM machines")).ShouldBe([offered]);
        (await blueprint.System.QueryAsync<string>("SELECT detail FROM audit WHERE action = 'agent.update'")).ShouldBe([$"Begun: hello {offered[..12]}"]);
        (await blueprint.System.Client.Agents.UpdateAsync(agent.Id)).Accepted.ShouldBeFalse("it runs that version already");
    }

    [Fact]
    public async Task A_version_that_does_no_good_is_put_back_and_the_agent_runs_its_former_one()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        await blueprint.OfferAsync("simulated-unwell");

        var change = await blueprint.System.Client.Agents.UpdateAsync(agent.Id);
        var operation = await blueprint.System.FinishedByLeapsAsync(change.Agent.Operation!, Leap);

        operation.Status.ShouldBe("undone");
        operation.Error.ShouldNotBeNull().ShouldContain("not healthy");
        operation.Timeline.Where(t => t.Kind == "undone").Select(t => t.Step).ShouldBe(["put-back-version", "await-former-health"]);
        var after = await blueprint.System.Client.Agents.GetAsync(agent.Id);
        (after.BlueprintDigest, after.Status, after.Machine!.Status).ShouldBe((agent.BlueprintDigest, "active", "running"));
        (await blueprint.System.QueryAsync<string>("SELECT id FROM agents WHERE update_digest IS NOT NULL")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_setup_is_gone_through_again_only_if_both_versions_say_that_it_can_be()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        await blueprint.OfferAsync(text => WithSetup(text, "echo one"));
        var agent = await blueprint.System.RunningAgentAsync();

        await blueprint.OfferAsync(text => WithSetup(text, "echo two", repeatable: false));
        (await RefusedAsync(() => blueprint.System.Client.Agents.UpdateAsync(agent.Id))).Code.ShouldBe("needs_rebuild");

        var offered = await blueprint.OfferAsync(text => WithSetup(text, "echo two"));
        var done = await blueprint.System.FinishedAsync((await blueprint.System.Client.Agents.UpdateAsync(agent.Id)).Agent.Operation!);
        done.Timeline.Single(t => t is { Step: "prepare-version", Kind: "done" }).Message.ShouldBeNull("it was gone through");
        (await blueprint.VersionAsync(agent.Id)).ShouldBe(offered);

        await blueprint.OfferAsync(text => WithSetup(text, "echo simulated-unwell"));
        var failed = await blueprint.System.FinishedAsync((await blueprint.System.Client.Agents.UpdateAsync(agent.Id)).Agent.Operation!);
        failed.Status.ShouldBe("undone");
        failed.Error.ShouldNotBeNull().ShouldContain("the setup failed");
        (await blueprint.VersionAsync(agent.Id)).ShouldBe(offered);
        (await blueprint.System.Client.Agents.GetAsync(agent.Id)).Machine!.Status.ShouldBe("running");
    }

    [Theory]
    [InlineData("server_type: cx23", "server_type: cx33", "'machine.server_type' differs")]
    [InlineData("image: debian-12", "image: debian-13", "'machine.image' differs")]
    [InlineData("user: agent\n", "user: agent\nsudo: true\n", "'sudo' differs")]
    [InlineData("user: agent\n", "user: agent\ntailscale: false\n", "'tailscale' differs")]
    public async Task What_only_a_new_machine_can_have_is_refused_and_named(string text, string instead, string reason)
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        await blueprint.OfferAsync(yaml => yaml.Replace(text, instead, StringComparison.Ordinal));

        var refusal = await RefusedAsync(() => blueprint.System.Client.Agents.UpdateAsync(agent.Id));

        refusal.Code.ShouldBe("needs_rebuild");
        refusal.Detail.ShouldContain(reason);
        (await blueprint.System.Client.Agents.GetAsync(agent.Id)).Busy.ShouldBeFalse();
    }

    [Fact]
    public async Task A_version_that_asks_for_another_secret_gets_it_with_the_update()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        var offered = await blueprint.OfferAsync(WithAnotherSecret);

        (await RefusedAsync(() => blueprint.System.Client.Agents.UpdateAsync(agent.Id))).Code.ShouldBe("invalid_secrets");
        var change = await blueprint.System.Client.Agents.UpdateAsync(agent.Id, new Dictionary<string, string> { ["ANOTHER"] = "planted-another" });

        (await blueprint.System.FinishedAsync(change.Agent.Operation!)).Status.ShouldBe("succeeded");
        (await blueprint.VersionAsync(agent.Id)).ShouldBe(offered);
        (await blueprint.System.QueryAsync<string>("SELECT owner FROM secrets WHERE name = 'ANOTHER'")).ShouldBe([agent.Id]);
    }

    [Fact]
    public async Task Only_an_agent_that_runs_and_has_nothing_else_to_do_is_updated()
    {
        await using var blueprint = await ChangingBlueprint.StartAsync();
        var agent = await blueprint.System.RunningAgentAsync();
        await blueprint.OfferAsync("two");
        await blueprint.System.FinishedAsync((await blueprint.System.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);

        var stopped = await RefusedAsync(() => blueprint.System.Client.Agents.UpdateAsync(agent.Id));
        (stopped.Code, stopped.Detail).ShouldBe(("cannot_update", $"Agent {agent.Id}: only a running agent can be updated, and this one is stopped."));
        (await RefusedAsync(() => blueprint.System.Client.Agents.UpdateAsync("agt-nobody"))).Code.ShouldBe("agent_not_found");
    }

    internal static string WithAnotherSecret(string yaml) => yaml
        .Replace("secrets:\n", "secrets:\n  ANOTHER:\n    description: Another\n", StringComparison.Ordinal)
        .Replace("files:\n", "files:\n  - path: /etc/another\n    owner: root:root\n    mode: \"0600\"\n    content: \"{{ secrets.ANOTHER }}\"\n", StringComparison.Ordinal);

    private static string WithSetup(string yaml, string setup, bool repeatable = true) => yaml.Replace(
        "user: agent\n", $"user: agent\nsetup: {setup}\n{(repeatable ? "repeatable_setup: true\n" : "")}", StringComparison.Ordinal);

    private static Task<SlipwayException> RefusedAsync(Func<Task> act) => Should.ThrowAsync<SlipwayException>(act);
}
