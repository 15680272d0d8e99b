using System.Globalization;
using System.Net;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Machines.Boot;
using Slipway.Machines.Workflows;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Payments;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Tailscale;

namespace Slipway.Simulations;

/// <summary>A server process: its memory is a service provider of its own, and dying is losing it. What it shares with others is the database and the clouds.</summary>
internal sealed class Node : ITimerOwner, IAsyncDisposable
{
    private readonly List<Action> _deferred = [];
    private readonly List<TaskCompletionSource> _hanging = [];
    private int _calls;
    private readonly TaskCompletionSource _died = new();
    private readonly Dictionary<string, Task> _carried = new(StringComparer.Ordinal);
    private readonly ServiceProvider _services;
    private readonly Database _database;

    public Node(World world, string name)
    {
        (World, Name, Time) = (world, name, world.Clock.For(this));
        _database = new Database(new StorageOptions { Database = world.DatabaseAddress }, inner => new WatchedDataSource(inner, this));
        var services = new ServiceCollection();
        Register(services);
        world.Plant(services);
        _services = services.BuildServiceProvider();
    }

    public World World { get; }

    public string Name { get; }

    /// <summary>Takes orders, and nothing ever happens to it.</summary>
    public bool IsDesk { get; init; }

    public bool IsAlive { get; private set; } = true;

    public bool IsHung { get; private set; }

    public Database Database => _database;

    public TimeProvider Time { get; }

    public int OpenTransactions { get; set; }

    public AgentLifecycle Agents => Get<AgentLifecycle>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>The process is gone: what it was doing never goes on, and its timers never fire.</summary>
    public void Die()
    {
        if (IsAlive)
        {
            IsAlive = false;
            World.Note(Name, "dies");
            World.Pump.Post(() => _died.TrySetResult());
        }
    }

    /// <summary>What the operating system does with the connections and the memory of a dead process: its meters would keep the whole world.</summary>
    public ValueTask DisposeAsync()
    {
        Get<HetznerClient>().Dispose();
        Get<TailscaleClient>().Dispose();
        return _database.DisposeAsync();
    }

    public Task HangAsync()
    {
        if (!IsHung)
        {
            IsHung = true;
            World.Note(Name, "hangs");
        }

        var back = new TaskCompletionSource();
        _hanging.Add(back);
        return back.Task;
    }

    public void ComeBack()
    {
        IsHung = false;
        World.Note(Name, "comes back");
        _hanging.ForEach(back => World.Pump.Post(back.SetResult));
        _hanging.Clear();
        _deferred.ForEach(fire => fire());
        _deferred.Clear();
    }

    public void Defer(Action fire) => _deferred.Add(fire);

    public bool Carries(string operation) => _carried.TryGetValue(operation, out var task) && !task.IsCompleted;

    /// <summary>In the middle of something, and not for ever.</summary>
    public bool IsBusy => IsAlive && (_calls > 0 || _carried.Values.Any(t => !t.IsCompleted));

    /// <summary>What a firing of the clock does.</summary>
    public void Carry(string operation) =>
        _carried[operation] = World.Pump.Start(() => Get<OperationRunner>().RunAsync(operation, CancellationToken.None));

    /// <summary>What broke in the engine itself, which catches everything a step can throw; a lost database is the only excuse.</summary>
    public IEnumerable<Exception> Broken() => _carried.Values.Where(t => t.IsFaulted).Select(t => t.Exception!.InnerException!);

    /// <summary>Asks the process for something; when it dies, the caller's connection breaks.</summary>
    public async Task<T> CallAsync<T>(Func<Task<T>> ask)
    {
        _calls++;
        var answer = World.Pump.Start(ask);
        await Task.WhenAny(answer, _died.Task);
        _calls--;
        return answer.IsCompleted ? await answer : throw new NodeDiedException(Name);
    }

    /// <summary>What the server's callback endpoints do with a report.</summary>
    public async Task<HttpStatusCode> TakeReportAsync(Call call)
    {
        var fields = HttpUtility.ParseQueryString(System.Text.Encoding.UTF8.GetString(call.Body));
        var token = call.Address.Segments[^1];
        var reports = Get<BootReports>();
        var outcome = call.Address.Segments[^2] == "boot/"
            ? await reports.ReportAsync(
                token,
                new BootReport(
                    fields["phase"] ?? "unknown", fields["status"] ?? "failed", fields["exit_code"], fields["log_tail"], fields["tailscale_node_id"],
                    fields["tailscale_ips"], fields["host_key"]),
                CancellationToken.None)
            : await reports.PhoneHomeAsync(token, fields["pub_key_ed25519"], fields["instance_id"], CancellationToken.None);
        World.Note(Name, $"report {call.Address.Segments[^2]} {outcome}");
        return outcome switch
        {
            BootReportOutcome.Taken => HttpStatusCode.NoContent,
            BootReportOutcome.UnknownToken => HttpStatusCode.NotFound,
            _ => HttpStatusCode.Conflict,
        };
    }

    /// <summary>What the server's endpoint does with a report of a run, once it found the signature right.</summary>
    public async Task<(RunnerReportOutcome Outcome, RunnerJob? Job, RunnerServer? Server)> TakeReportAsync(RunnerReport report)
    {
        var reports = Get<RunnerReports>();
        var (outcome, job) = await reports.TakeAsync(report, CancellationToken.None);
        World.Note(Name, $"report {report.Status} {outcome}");
        return (
            outcome,
            outcome == RunnerReportOutcome.Taken && report.Status == "claim" ? await reports.DescribeAsync(job!, CancellationToken.None) : null,
            outcome == RunnerReportOutcome.Taken && report.Status == "keyed" ? await reports.OrderAsync(job!, report.AuthKey, CancellationToken.None) : null);
    }

    private void Register(ServiceCollection services)
    {
        services.AddSingleton(Fixtures.Configuration);
        services.AddSingleton<ILoggerFactory>(World.Log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(Time);
        services.AddSingleton(World.Entropy);
        services.AddSingleton<IdSource>();
        services.AddSingleton(_database);
        services.AddSingleton<Settings>();
        services.AddSingleton(Fixtures.Keys);
        services.AddSingleton<SecretCipher>();
        services.AddSingleton<SecretStore>();
        services.AddSingleton<BlueprintStore>();
        services.AddSingleton(Fixtures.Authority);
        services.AddSingleton<HttpMessageHandler>(new NodeHttp(this));

        // Held waits are left to the engine's own tests: here every wait goes back to the clock, which is the world.
        services.AddSingleton(new OperationsOptions { HoldFor = TimeSpan.FromTicks(-1) });
        services.AddSingleton<Membership>();
        services.AddSingleton<OperationStore>();
        services.AddSingleton<OperationSignals>();
        services.AddSingleton<PlanCatalog>();
        services.AddSingleton<FailureReader>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<OperationWaker>();
        services.AddSingleton<OperationDispatcher>();
        services.AddAlerts();
        services.AddAgents();
        services.AddMachines(new StorageOptions());
        services.AddPayments();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}");
}
