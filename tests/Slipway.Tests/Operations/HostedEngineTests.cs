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

    [Fact]
    public async Task More_is_due_than_may_be_in_flight_and_all_of_it_runs()
    {
        var (inFlight, most) = (0, 0);
        _steps.First.Always = _steps.Third.Always = null;
        _steps.Second.Always = _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            Interlocked.Decrement(ref inFlight);
            return _steps.Second.Works(new Trail(["first"]));
        };
        using var host = await StartHostAsync(maxInFlight: 2);

        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => StartOperationAsync(host, $"subject-{i}")));

        foreach (var id in ids)
        {
            (await EndAsync(host, id)).Result.ShouldBe(OperationResult.Succeeded);
        }

        most.ShouldBeInRange(1, 2);
        await host.StopAsync();
    }

    [Fact]
    public async Task T19_a_server_that_stops_waits_for_the_step_that_runs_and_its_successor_goes_on()
    {
        var (runs, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _steps.First.Then(async (trail, _, _) =>
        {
            runs.SetResult();
            await goOn.Task;
            return _steps.First.Works(trail);
        });
        string id;
        using (var host = await StartHostAsync())
        {
            id = await StartOperationAsync(host);
            await runs.Task.WaitAsync(Limit);
            var stop = host.StopAsync();
            stop.IsCompleted.ShouldBeFalse();
            goOn.SetResult();
            await stop;
        }

        using var next = await StartHostAsync();

        (await EndAsync(next, id)).Result.ShouldBe(OperationResult.Succeeded);
        _steps.Ran.ShouldBe(["first", "second", "third"]);
        await next.StopAsync();
    }

    public void Dispose() => _directory.Dispose();

    private IHost BuildHost(int maxInFlight = 100)
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
        builder.Services.Configure<OperationsOptions>(options => options.MaxInFlight = maxInFlight);
        builder.Services.AddOperations(new StorageOptions { Database = _directory.File("slipway.db") });
        return builder.Build();
    }

    private async Task<IHost> StartHostAsync(int maxInFlight = 100)
    {
        var host = BuildHost(maxInFlight);
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
