using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Tests.Operations;

namespace Slipway.Tests.Alerts;

/// <summary>Which troubles of an operation call for a person, and when they are over.</summary>
public sealed class OperationAlertsTests
{
    private readonly ThreeSteps _steps = new();

    [Fact]
    public async Task O5_an_undo_that_fails_for_longer_than_the_limit_says_what_cannot_be_taken_back_until_it_is()
    {
        await using var engine = await CreateAsync();
        _steps.First.ThenFails("no such image");
        _steps.UndoFirst.Always = _ => new StepOutcome.Retry("Hetzner says 500");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        await RunUntilAsync(engine, id, TimeSpan.FromMinutes(14));
        (await OpenAsync(engine)).ShouldBeEmpty("the limit is not reached");
        await RunUntilAsync(engine, id, TimeSpan.FromMinutes(2));

        var alert = (await OpenAsync(engine)).ShouldHaveSingleItem();
        (alert.Severity, alert.Subject).ShouldBe((AlertSeverity.Critical, "subject-1"));
        alert.What.ShouldContain("cannot be taken back");
        alert.What.ShouldContain("'undo-first'");
        alert.What.ShouldContain("Hetzner says 500");
        alert.WhatToDo.ShouldContain($"slipway operation explain {id}");

        _steps.UndoFirst.Always = null;
        (await engine.FinishAsync(id)).Result.ShouldBe(OperationResult.Undone);
        (await OpenAsync(engine)).ShouldBeEmpty();
        (await engine.Alerts.ListAsync(all: true, 10)).ShouldHaveSingleItem().ResolvedAt.ShouldBe(engine.Time.GetUtcNow());
    }

    [Fact]
    public async Task O5_an_undo_that_answers_Fail_is_told_at_once_and_counted()
    {
        await using var engine = await CreateAsync();
        _steps.First.ThenFails("no such image");
        _steps.UndoFirst.ThenFails("protected");
        _steps.UndoFirst.ThenFails("still protected");
        var id = await engine.StartAsync();
        engine.Time.Advance((await engine.RunAsync(id))!.Value - engine.Time.GetUtcNow());
        await engine.RunAsync(id);

        var alert = (await OpenAsync(engine)).ShouldHaveSingleItem();

        alert.Count.ShouldBe(2);
        alert.What.ShouldContain("still protected");
        alert.LastAt.ShouldBeGreaterThan(alert.FirstAt);
    }

    [Fact]
    public async Task L3_a_destroy_that_only_ever_waits_for_something_to_go_is_told_too()
    {
        await using var engine = await CreateAsync(neverGivesUp: true);
        _steps.First.Always = context => new StepOutcome.Wait(context.Now + TimeSpan.FromMinutes(1), "Hetzner still shows server 42.");
        var id = await engine.StartAsync();
        await engine.RunAsync(id);

        await RunUntilAsync(engine, id, TimeSpan.FromMinutes(16));

        (await OpenAsync(engine)).ShouldHaveSingleItem().What.ShouldContain("has to remove cannot be removed: step 'first'");
        _steps.First.Always = null;
        await engine.FinishAsync(id);
        (await OpenAsync(engine)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Going_forward_neither_a_long_wait_nor_a_failure_is_an_alert()
    {
        await using var engine = await CreateAsync();
        _steps.First.LimitOfPatience = TimeSpan.FromDays(1);
        _steps.First.Always = context => new StepOutcome.Wait(context.Now + TimeSpan.FromMinutes(1), "phone-home");
        var id = await engine.StartAsync();
        await RunUntilAsync(engine, id, TimeSpan.FromHours(2));
        _steps.First.Always = null;
        _steps.Second.ThenFails("no such image");

        await engine.FinishAsync(id);

        (await engine.Alerts.ListAsync(all: true, 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_credential_names_its_setting_once_for_all_operations_and_is_over_when_a_step_got_through()
    {
        await using var engine = await CreateAsync();
        _steps.Second.Always = _ => new StepOutcome.Retry("401: the token is wrong") { RefusedCredential = "HETZNER_API_TOKEN" };
        var first = await engine.StartAsync();
        var second = await engine.StartAsync(subject: "subject-2");
        await engine.RunAsync(first);
        await engine.RunAsync(second);

        var alert = (await OpenAsync(engine)).ShouldHaveSingleItem();
        (alert.Subject, alert.Severity, alert.Count).ShouldBe(("HETZNER_API_TOKEN", AlertSeverity.Critical, 2));
        alert.What.ShouldContain("401: the token is wrong");
        alert.WhatToDo.ShouldContain("HETZNER_API_TOKEN");

        _steps.Second.Always = null;
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.FinishAsync(first);
        (await OpenAsync(engine)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operation_that_was_past_the_step_before_the_refusal_does_not_prove_the_credential()
    {
        await using var engine = await CreateAsync();
        _steps.Third.ThenWaits(TimeSpan.FromMinutes(1));
        var early = await engine.StartAsync();
        await engine.RunAsync(early);
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        _steps.Second.ThenRetries("not this one");
        _steps.Second.Always = _ => new StepOutcome.Retry("401") { RefusedCredential = "HETZNER_API_TOKEN" };
        var late = await engine.StartAsync(subject: "subject-2");
        engine.Time.Advance((await engine.RunAsync(late))!.Value - engine.Time.GetUtcNow());
        await engine.RunAsync(late);

        (await engine.FinishAsync(early)).Result.ShouldBe(OperationResult.Succeeded);

        (await OpenAsync(engine)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_alert_is_not_raised_by_one_whose_claim_was_taken_over()
    {
        await using var engine = await CreateAsync();
        _steps.First.Then(async (_, _, _) =>
        {
            engine.Time.Advance(OperationsOptions.Lease);
            await engine.NewRunner(_steps.Plan()).RunAsync((await engine.Store.ListAsync(null, 1, CancellationToken.None))[0].Id, CancellationToken.None);
            return new StepOutcome.Retry("401") { RefusedCredential = "HETZNER_API_TOKEN" };
        });

        await engine.RunAsync(await engine.StartAsync());

        (await engine.Alerts.ListAsync(all: true, 10)).ShouldBeEmpty();
    }

    private async Task<TestEngine> CreateAsync(bool neverGivesUp = false)
    {
        var engine = await TestEngine.CreateAsync(_steps.Plan(neverGivesUp: neverGivesUp));
        var alerts = new OperationAlerts(engine.Alerts, engine.AlertsOptions);
        engine.Projections.Add(alerts);
        engine.Troubles.Add(alerts);
        return engine;
    }

    private static async Task RunUntilAsync(TestEngine engine, string id, TimeSpan time)
    {
        for (var end = engine.Time.GetUtcNow() + time; engine.Time.GetUtcNow() < end; engine.Time.Advance(TimeSpan.FromSeconds(30)))
        {
            await engine.RunAsync(id);
        }
    }

    private static Task<IReadOnlyList<Alert>> OpenAsync(TestEngine engine) => engine.Alerts.ListAsync(all: false, 10);
}
