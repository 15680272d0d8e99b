using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Alerts;
using Slipway.Alerts.Webhooks;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Storage;
using Slipway.Testing;

namespace Slipway.Tests.Operations;

/// <summary>The engine on a real database, SQLite if nothing is said, and a clock that only the test moves. Nothing fires by itself: the test runs the operation.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Plan[] _plans;

    private TestEngine(Func<TestEngine, Plan[]> plans, string? database)
    {
        Database = new Database(new StorageOptions { Database = database ?? _directory.File("slipway.db") });
        Membership = new Membership(new IdSource(Entropy), Time);
        Store = new OperationStore(Database, Membership, Time);
        Waker = new OperationWaker(Store, Signals, Membership);
        Alerts = new AlertStore(Database, new WebhookOutbox(Database, AlertsOptions, new IdSource(Entropy), Time), new IdSource(Entropy), Time);
        _plans = plans(this);
        Dispatcher = new OperationDispatcher(new PlanCatalog(_plans), Waker, new IdSource(Entropy), Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public Database Database { get; }

    public Membership Membership { get; }

    public OperationStore Store { get; }

    public OperationSignals Signals { get; } = new();

    public OperationsOptions Options { get; } = new() { HoldFor = TimeSpan.Zero };

    public AlertsOptions AlertsOptions { get; } = new();

    public AlertStore Alerts { get; }

    public SeededEntropy Entropy { get; } = new();

    public OperationWaker Waker { get; }

    public OperationDispatcher Dispatcher { get; }

    public OperationExplainer Explainer => new(Store, new PlanCatalog(_plans), Time);

    public List<IOperationProjection> Projections { get; } = [];

    public List<IOperationTroubles> Troubles { get; } = [];

    public List<Func<Exception, StepOutcome?>> Readers { get; } = [];

    public static Task<TestEngine> CreateAsync(params Plan[] plans) => CreateOnAsync(null, plans);

    /// <summary>On a database elsewhere, for what only PostgreSQL does: transactions beside each other.</summary>
    public static Task<TestEngine> CreateOnAsync(string? database, params Plan[] plans) => CreateWithAsync(database, _ => plans);

    /// <param name="database">Null for SQLite.</param>
    /// <param name="plans">Of steps that write what the engine has: its alerts.</param>
    public static async Task<TestEngine> CreateWithAsync(string? database, Func<TestEngine, Plan[]> plans)
    {
        var engine = new TestEngine(plans, database);
        await new Migrator(engine.Database, engine.Time).MigrateAsync();
        return engine;
    }

    /// <summary>A server process: its own runner, and for another node its own signals.</summary>
    public OperationRunner NewRunner(params Plan[] plans) => new(
        Store, new PlanCatalog(plans.Length > 0 ? plans : _plans), Signals, Membership, Options, new FailureReader(Readers), Projections, Troubles, Time, NullLogger<OperationRunner>.Instance, Entropy);

    public async Task<string> StartAsync(string plan = ThreeSteps.Name, string subject = "subject-1") =>
        (await Database.WriteAsync(t => Dispatcher.StartAsync(t, plan, subject, Trail.Empty, TrailJson.Default.Trail))).ShouldNotBeNull();

    public Task<DateTimeOffset?> RunAsync(string id, CancellationToken stopping = default) => NewRunner().RunAsync(id, stopping);

    /// <summary>Runs the operation, moving the clock to whenever it is due, until it is finished.</summary>
    public async Task<Operation> FinishAsync(string id)
    {
        for (var firing = 0; firing < 1000; firing++)
        {
            if (await RunAsync(id) is not { } due)
            {
                return await FindAsync(id);
            }

            Time.Advance(due - Time.GetUtcNow());
        }

        throw new InvalidOperationException($"{await FindAsync(id)} is not finished after a thousand firings.");
    }

    public Task CancelAsync(string id, string reason = "not wanted") => Database.WriteAsync(t => Dispatcher.CancelAsync(t, id, reason));

    public Task WakeAsync(string id) => Database.WriteAsync(t => Waker.WakeAsync(t, id));

    public async Task<Operation> FindAsync(string id) => (await Store.FindAsync(id)).ShouldNotBeNull();

    public async Task<IReadOnlyList<string>> TimelineAsync(string id) =>
        (await Store.ReadTimelineAsync(id)).Select(e => $"{e.Step} {e.Kind}{(e.Message is null ? "" : ": " + e.Message)}").ToList();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>Randomness that is the same in every run.</summary>
internal sealed class SeededEntropy : Entropy
{
    private readonly Random _random = new(42);

    /// <summary>When set, every byte is this: 0 for the least, 255 for the most.</summary>
    public byte? Fixed { get; set; }

    public override void Fill(Span<byte> bytes)
    {
        if (Fixed is { } value)
        {
            bytes.Fill(value);
        }
        else
        {
            _random.NextBytes(bytes);
        }
    }
}
