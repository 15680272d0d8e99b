using System.Text;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>What a machine said before it was taken away, and why an operation is where it is.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public async Task O5_C6_Evidence_is_taken_before_anything_is_deleted_and_holds_no_secret()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync(
            "POST /_local/machines/{id}/exec", "answer", 200, $$"""{"exit_code":1,"stdout":"journal: GREETING_TOKEN={{TestSystem.Secret}} is wrong","stderr":""}""", times: 100_000);
        var agent = await system.OrderAsync(granted: true);
        await Eventually.BecomesAsync(
            () => system.Client.Operations.GetAsync(agent.Operation!), o => o.Direction == "undoing", "it turns round", () => system.Clock.Leap(TimeSpan.FromSeconds(15)));

        var provision = await system.FinishedAsync(agent.Operation!);

        provision.Status.ShouldBe("undone");
        provision.Evidence!.Text.ShouldBe("journal: GREETING_TOKEN=*** is wrong");
        provision.Timeline.Where(t => t.Kind == "undone").Select(t => t.Step).ShouldBe(["take-evidence", "delete-server", "remove-firewall", "leave-tailnet", "forget-machine"]);
        var exchanges = system.ToCloud.Exchanges.ToList();
        var asked = exchanges.FindIndex(e => e.Body.Contains("\"collect-evidence\"", StringComparison.Ordinal));
        asked.ShouldBeGreaterThan(0);
        asked.ShouldBeLessThan(exchanges.FindIndex(e => e.Method == "DELETE" && e.PathAndQuery.StartsWith("/v1/servers/", StringComparison.Ordinal)));
        await system.Cloud.ShouldBeEmptyAsync();
        system.Log.Text.ShouldNotContain(TestSystem.Secret);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_asked_does_not_hold_up_the_undo_and_the_evidence_says_so()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FailActionAsync("create_server", "no space left on host");
        var agent = await system.OrderAsync(granted: true);

        var provision = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(1));

        provision.Status.ShouldBe("undone");
        provision.Evidence!.Text.ShouldStartWith("The machine could not be asked over SSH");
        provision.Evidence.Text.ShouldContain("console");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task A_machine_that_prints_without_end_is_cut_to_16_KB()
    {
        await using var system = await TestSystem.StartAsync();
        await system.Cloud.FaultAsync(
            "POST /_local/machines/{id}/exec", "answer", 200, $$"""{"exit_code":1,"stdout":"{{new string('x', 50_000)}}","stderr":" the end"}""", times: 100_000);
        var agent = await system.OrderAsync(granted: true);
        await Eventually.BecomesAsync(
            () => system.Client.Operations.GetAsync(agent.Operation!), o => o.Direction == "undoing", "it turns round", () => system.Clock.Leap(TimeSpan.FromSeconds(15)));

        var text = (await system.FinishedAsync(agent.Operation!)).Evidence!.Text;

        Encoding.UTF8.GetByteCount(text).ShouldBeInRange(16_000, 16 * 1024);
        text.ShouldEndWith("x the end");
    }

    [Fact]
    public async Task A_provision_that_was_cancelled_has_not_failed_and_is_not_held_up_for_evidence()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");

        await system.DestroyedAsync(agent.Id);

        var provision = await system.Client.Operations.GetAsync(agent.Operation!);
        provision.Evidence.ShouldBeNull();
        provision.Timeline.Single(t => t is { Step: "take-evidence" }).Message!.ShouldContain("cancelled");
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task An_operation_explains_itself()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "await-phone-home", Kind: "waiting" }, "it waits for the machine");

        var explanation = await system.Client.Operations.ExplainAsync(agent.Operation!);

        (explanation.Operation, explanation.Step, explanation.Samples).ShouldBe((agent.Operation, "await-phone-home", 0));
        explanation.WaitingFor.ShouldBe("The machine boots and has not phoned home yet.");
        explanation.GivesUpAt.ShouldBe(explanation.Since + TimeSpan.FromMinutes(15));
        explanation.Sentences[0].ShouldBe($"'provision' of {agent.Id} is at step 6 of 10.");
        explanation.Sentences.ShouldContain(s => s.Contains("turns round", StringComparison.Ordinal));
        var missing = await system.SendAsync(HttpMethod.Get, "v1/operations/op-none/explain");
        ((int)missing.Status, missing.Code).ShouldBe((404, "operation_not_found"));
    }
}
