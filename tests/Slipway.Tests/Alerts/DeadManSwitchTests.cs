using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Testing;
using Slipway.Tests.Operations;

namespace Slipway.Tests.Alerts;

/// <summary>The watcher is told only what was just proven.</summary>
public sealed class DeadManSwitchTests
{
    private readonly OperationPulse _pulse = new();

    [Fact]
    public async Task It_is_called_after_a_sweep_that_succeeded()
    {
        await using var engine = await TestEngine.CreateAsync(new ThreeSteps().Plan());
        _pulse.Beat(engine.Time.GetUtcNow());

        (await PingAsync(engine, new ScriptedExchange("GET", "/ping/1", HttpStatusCode.OK))).ShouldBeTrue();
    }

    [Fact]
    public async Task T20_It_is_silent_before_the_first_sweep_and_when_the_last_is_long_ago()
    {
        await using var engine = await TestEngine.CreateAsync(new ThreeSteps().Plan());
        (await PingAsync(engine)).ShouldBeFalse();

        _pulse.Beat(engine.Time.GetUtcNow());
        engine.Time.Advance(engine.Options.SweepEvery + TimeSpan.FromSeconds(61));
        (await PingAsync(engine)).ShouldBeFalse();
    }

    [Fact]
    public async Task T20_It_is_silent_when_an_operation_is_due_and_nobody_takes_it()
    {
        await using var engine = await TestEngine.CreateAsync(new ThreeSteps().Plan());
        var id = await engine.StartAsync();
        engine.Time.Advance(TimeSpan.FromMinutes(6));
        _pulse.Beat(engine.Time.GetUtcNow());
        (await PingAsync(engine)).ShouldBeFalse();

        await engine.FinishAsync(id);
        (await PingAsync(engine, new ScriptedExchange("GET", "/ping/1", HttpStatusCode.OK))).ShouldBeTrue();
    }

    [Fact]
    public async Task It_is_silent_when_the_database_does_not_answer()
    {
        await using var engine = await TestEngine.CreateAsync(new ThreeSteps().Plan());
        _pulse.Beat(engine.Time.GetUtcNow());
        await engine.Database.WriteAsync(t => t.ExecuteAsync("ALTER TABLE operations RENAME TO operations_away"));

        (await PingAsync(engine)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_watcher_that_does_not_answer_is_not_taken_for_one_that_heard()
    {
        await using var engine = await TestEngine.CreateAsync(new ThreeSteps().Plan());
        _pulse.Beat(engine.Time.GetUtcNow());

        (await PingAsync(engine, new ScriptedExchange("GET", "/ping/1", HttpStatusCode.ServiceUnavailable))).ShouldBeFalse();
        (await PingAsync(engine, new ScriptedExchange("GET", "/ping/1", HttpStatusCode.OK) { Throws = new HttpRequestException("refused") })).ShouldBeFalse();
    }

    private async Task<bool> PingAsync(TestEngine engine, params ScriptedExchange[] exchanges)
    {
        var script = new ScriptedHttp(exchanges);
        using var http = new AlertsHttp(script, engine.Time);
        var options = new AlertsOptions { DeadManUrl = new Uri("https://watch.example.com/ping/1") };
        using var dead = new DeadManSwitch(options, _pulse, engine.Store, engine.Options, http, engine.Time, NullLogger<DeadManSwitch>.Instance);
        var told = await dead.PingAsync(CancellationToken.None);
        script.ShouldBeFinished();
        return told;
    }
}
