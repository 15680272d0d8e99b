using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Operations.Nodes;
using Slipway.Secrets;
using Slipway.Server;
using Slipway.Storage;

namespace Slipway.Benchmarks.Engine;

/// <summary>
/// The real server in a process of its own that does as it is told on its standard input, one line each, and answers each with a line:
/// <c>draft N</c> takes N orders, <c>grant</c> wants them all running, <c>destroy</c> wants those away again, <c>figures</c> says what it has used,
/// <c>weigh</c> what its objects weigh, <c>name</c> what rows call it. What is an answer and not a word begins with <c>= </c>.
/// </summary>
public sealed class EngineNode : IAsyncDisposable
{
    private const int Batch = 250;

    private readonly WebApplication _server;
    private readonly MeterListener _meters = new();
    private readonly List<string> _drafts = [];
    private readonly List<string> _granted = [];
    private long _commits;

    private EngineNode(WebApplication server)
    {
        _server = server;
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "slipway.database.commits")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _commits, count));
        _meters.Start();
    }

    public static async Task<int> RunAsync()
    {
        var server = SlipwayServer.Build([]);
        if (await Startup.PrepareAsync(server) is { Count: > 0 } problems)
        {
            problems.ForEach(Console.Error.WriteLine);
            return 1;
        }

        await using var node = new EngineNode(server);
        await server.StartAsync();
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await Console.Out.WriteLineAsync(await node.ObeyAsync(line.Split(' ')));
        }

        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        // Whoever measured has seen enough: machines that are under way are not waited for.
        using var now = new CancellationTokenSource(TimeSpan.Zero, TimeProvider.System);
        await _server.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
    }

    private async Task<string> ObeyAsync(string[] words)
    {
        switch (words)
        {
            case ["draft", var count]:
                await DraftAsync(int.Parse(count, CultureInfo.InvariantCulture));
                return "drafted";
            case ["grant"]:
                await GrantAsync();
                return "granted";
            case ["destroy"]:
                await DestroyAsync();
                return "destroyed";
            case ["figures"]:
                return string.Create(CultureInfo.InvariantCulture, $"= {Environment.CpuUsage.TotalTime.TotalSeconds} {Interlocked.Read(ref _commits)}");
            case ["weigh"]:
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
                return string.Create(CultureInfo.InvariantCulture, $"= {GC.GetTotalMemory(forceFullCollection: true)}");
            case ["name"]:
                return $"= {_server.Services.GetRequiredService<Membership>().Id}";
            default:
                throw new InvalidOperationException($"'{string.Join(' ', words)}' is not understood.");
        }
    }

    private Task DraftAsync(int count) => InBatchesAsync(Enumerable.Range(0, count), async (transaction, _) =>
    {
        var blueprint = _server.Services.GetRequiredService<BlueprintCatalog>().Get("hello");
        var secrets = new Dictionary<string, Secret> { ["GREETING_TOKEN"] = new("benchmark-greeting-token") };
        _drafts.Add((await _server.Services.GetRequiredService<AgentLifecycle>().OrderAsync(transaction, blueprint, null, null, secrets)).Id);
    });

    private async Task GrantAsync()
    {
        var lifecycle = _server.Services.GetRequiredService<AgentLifecycle>();
        await InBatchesAsync(_drafts, async (transaction, id) => await lifecycle.GrantAsync(transaction, id));
        _granted.AddRange(_drafts);
        _drafts.Clear();
    }

    private async Task DestroyAsync()
    {
        var lifecycle = _server.Services.GetRequiredService<AgentLifecycle>();
        await InBatchesAsync(_granted, async (transaction, id) => await lifecycle.DestroyAsync(transaction, id));
        _granted.Clear();
    }

    private async Task InBatchesAsync<T>(IEnumerable<T> items, Func<Transaction, T, Task> work)
    {
        var database = _server.Services.GetRequiredService<Database>();
        foreach (var batch in items.Chunk(Batch))
        {
            await database.WriteAsync(async transaction =>
            {
                foreach (var item in batch)
                {
                    await work(transaction, item);
                }
            });
        }
    }
}
