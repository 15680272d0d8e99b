using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Tests.Operations;

/// <summary>The engine of one server as it runs: Quartz, the sweep, its link to the other nodes; several of them share one PostgreSQL.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly IHost _host;

    private ClusterNode(string database, StoppableClock clock, Plan plan)
    {
        Clock = clock;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new LogLines(Log));
        var storage = new StorageOptions { Database = database };
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(storage);
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<Entropy>();
        builder.Services.AddSingleton<IdSource>();
        builder.Services.AddSingleton(plan);
        builder.Services.AddOperations(storage);
        _host = builder.Build();
    }

    public StoppableClock Clock { get; }

    public List<string> Log { get; } = [];

    public Database Database => Get<Database>();

    public Membership Membership => Get<Membership>();

    public static async Task<ClusterNode> StartAsync(string database, Plan plan, TimeSpan clockAhead = default)
    {
        var node = new ClusterNode(database, new StoppableClock { Ahead = clockAhead }, plan);
        await node.Get<Migrator>().MigrateAsync();
        await node._host.StartAsync();
        return node;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async Task<string> StartOperationAsync(string subject = "subject-1", Func<Transaction, Task>? also = null) =>
        (await Database.WriteAsync(async t =>
        {
            var id = await Get<OperationDispatcher>().StartAsync(t, ThreeSteps.Name, subject, Trail.Empty, TrailJson.Default.Trail);
            await (also?.Invoke(t) ?? Task.CompletedTask);
            return id;
        })).ShouldNotBeNull();

    public Task WakeAsync(string id) => Database.WriteAsync(t => Get<OperationWaker>().WakeAsync(t, id));

    public async Task<Operation> FindAsync(string id) => (await Get<OperationStore>().FindAsync(id)).ShouldNotBeNull();

    /// <summary>Waits until the row says so; nodes have nothing in common but rows.</summary>
    public async Task<Operation> UntilAsync(string id, Func<Operation, bool> holds, TimeSpan? limit = null)
    {
        using var end = new CancellationTokenSource(limit ?? Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        Operation row;
        while (!holds(row = await FindAsync(id)))
        {
            try
            {
                await pause.WaitForNextTickAsync(end.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Still {row}\n{string.Join('\n', Log)}", e);
            }
        }

        return row;
    }

    public Task<Operation> EndAsync(string id, TimeSpan? limit = null) => UntilAsync(id, row => row.Result is not null, limit);

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Clock.GoOn();
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class LogLines(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception})")}");
            }
        }

        public void Dispose()
        {
        }
    }
}
