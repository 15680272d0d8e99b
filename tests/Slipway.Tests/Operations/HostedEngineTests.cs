using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Operations;
using Slipway.Storage;
using Slipway.Testing;

namespace Slipway.Tests.Operations;

/// <summary>The engine as the server runs it: Quartz, the sweep, real time.</summary>
public sealed class HostedEngineTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();
    private readonly ThreeSteps _steps = new();
    private readonly StoppableClock _clock = new();

    [Fact]
    public async Task O1_an_operation_that_is_started_runs_by_itself()
    {
        using var host = await StartHostAsync();

        var id = await StartOperationAsync(host);

        (await EndAsync(host, id)).Result.ShouldBe(OperationResult.Succeeded);
        await host.StopAsync();
    }

    [Fact]
    public async Task T19_what_an_earlier_process_left_unfinished_goes_on_at_the_start_of_the_next()
    {
        string id;
        _steps.Second.ThenWaits(TimeSpan.FromSeconds(1));
        using (var host = BuildHost())
        {
            await host.Services.GetRequiredService<Migrator>().MigrateAsync();
            // Written, and the process died before its clock could ring.
            id = await StartOperationAsync(host);
        }

        using var next = await StartHostAsync();

        (await EndAsync(next, id)).Result.ShouldBe(OperationResult.Succeeded);
        _steps.Ran.ShouldBe(["first", "second", "second", "third"]);
        await next.StopAsync();
    }

    [Fact]
    public async Task T17_a_wake_reaches_an_operation_whose_alarm_is_an_hour_away()
    {
        var waits = new TaskCompletionSource();
        _steps.First.Then(context =>
        {
            waits.SetResult();
            return new StepOutcome.Wait(context.Now + TimeSpan.FromHours(1), "phone-home");
        });
        using var host = await StartHostAsync();
        var id = await StartOperationAsync(host);
        await waits.Task.WaitAsync(Limit);

        await host.Services.GetRequiredService<Database>().WriteAsync(t => host.Services.GetRequiredService<OperationWaker>().WakeAsync(t, id));

        (await EndAsync(host, id)).Result.ShouldBe(OperationResult.Succeeded);
        await host.StopAsync();
    }

    [Fact]
    public async Task T17_an_alarm_that_a_leap_of_the_clock_made_late_rings_at_once()
    {
        var waits = new TaskCompletionSource();
        _steps.First.LimitOfPatience = TimeSpan.FromDays(1);
        _steps.First.Then(context =>
        {
            waits.SetResult();
            return new StepOutcome.Wait(context.Now + TimeSpan.FromHours(1), "phone-home");
        });
        using var host = await StartHostAsync();
        var late = await StartOperationAsync(host);
        await waits.Task.WaitAsync(Limit);
        await host.Services.GetRequiredService<OperationClock>().ArmAsync(late, _clock.GetUtcNow() + TimeSpan.FromHours(1));

        _clock.Ahead = TimeSpan.FromHours(2);
        var other = await StartOperationAsync(host, "subject-2");

        (await EndAsync(host, other)).Result.ShouldBe(OperationResult.Succeeded);
        (await EndAsync(host, late)).Result.ShouldBe(OperationResult.Succeeded);
        await host.StopAsync();
    }

    public void Dispose() => _directory.Dispose();

    private IHost BuildHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton(new StorageOptions { Database = _directory.File("slipway.db") });
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<Entropy>();
        builder.Services.AddSingleton<IdSource>();
        builder.Services.AddSingleton<Plan>(_steps.Plan());
        builder.Services.AddOperations(new StorageOptions { Database = _directory.File("slipway.db") });
        return builder.Build();
    }

    private async Task<IHost> StartHostAsync()
    {
        var host = BuildHost();
        await host.Services.GetRequiredService<Migrator>().MigrateAsync();
        await host.StartAsync();
        return host;
    }

    private static async Task<string> StartOperationAsync(IHost host, string subject = "subject-1")
    {
        var dispatcher = host.Services.GetRequiredService<OperationDispatcher>();
        return (await host.Services.GetRequiredService<Database>().WriteAsync(
            t => dispatcher.StartAsync(t, ThreeSteps.Name, subject, Trail.Empty, TrailJson.Default.Trail))).ShouldNotBeNull();
    }

    private static async Task<Operation> EndAsync(IHost host, string id)
    {
        while (true)
        {
            var changed = host.Services.GetRequiredService<OperationSignals>().NextChangeAsync(id);
            if (await host.Services.GetRequiredService<OperationStore>().FindAsync(id) is { Result: not null } row)
            {
                return row;
            }

            await changed.WaitAsync(Limit);
        }
    }
}
