using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Slipway.LocalCloud;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Simulations;

/// <summary>Clouds, a database and the nodes that work on it, on one thread and one clock, with one source of chance.</summary>
internal sealed partial class World : IDisposable
{
    /// <summary>A process that died is started again by its supervisor after this long.</summary>
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(5);

    private readonly WorldDatabase _store;
    private readonly Dictionary<string, Reply> _fresh = new(StringComparer.Ordinal);
    private readonly LocalCloudHost _host;
    private int _effects;
    private int _nodes;
    private string? _tailnetToken;
    private Call? _lastOrder;
    private readonly RowWatch _rows;
    private bool _unseen;
    private IReadOnlyList<(string Id, long? Due)>? _open;

    public World(WorldDatabase store, int seed, PlantedBug bug = PlantedBug.None, bool reusesLeases = true)
    {
        _store = store;
        Bug = bug;
        TakesOverLeases = reusesLeases;
        Random = new Random(seed);
        Entropy = new SeededEntropy(seed);
        Clock = new WorldClock(Pump);
        Pump.IsAnybodyBusy = () => Nodes.Exists(n => n.IsBusy);
        Log = new WorldLog(Clock);
        DatabaseAddress = store.Open();
        Desk = new Node(this, "desk") { IsDesk = true };
        if (Planting.Schema(bug) is { } schema)
        {
            Desk.Database.WriteAsync(t => t.ExecuteAsync(schema)).GetAwaiter().GetResult();
        }

        _rows = new RowWatch(this);
        _host = Run(StartCloudAsync);
        Runner = new WorldRunner(this);
    }

    public Pump Pump { get; } = new();

    public WorldClock Clock { get; }

    public Random Random { get; }

    public Entropy Entropy { get; }

    public WorldLog Log { get; }

    public PlantedBug Bug { get; }

    public InMemoryServer Cloud { get; } = new();

    public WorldStripe Stripe { get; } = new();

    public WorldRunner Runner { get; }

    /// <summary>Whether what is ordered from now on is made by workflow runs.</summary>
    public bool ByWorkflow
    {
        get;
        set
        {
            field = value;
            Runner.Commit();
        }
    }

    public string DatabaseAddress { get; }

    public bool IsPostgres => _store.IsPostgres;

    public ValueTask<DbConnection> ConnectAsync(DbDataSource own) => _store.ConnectAsync(DatabaseAddress, own);

    /// <summary>Whether a starting node knows itself to be the only one.</summary>
    public bool TakesOverLeases { get; }

    public List<Node> Nodes { get; } = [];

    /// <summary>Where customers order, and where the checker reads rows: no effect of anybody.</summary>
    public Node Desk { get; }

    public Health Health { get; } = new();

    /// <summary>Decides what happens to an effect.</summary>
    public Func<Effect, Trouble>? Fate { get; set; }

    /// <summary>Servers of somebody else that bear a name of ours.</summary>
    public List<long> Strangers { get; } = [];

    /// <summary>The first thing that was wrong on the way.</summary>
    public string? BrokenOnTheWay { get; private set; }

    /// <summary>How long a node stops for before it opens the database, if it does.</summary>
    public Func<TimeSpan?>? Pause { get; set; }

    /// <summary>Asked just before each effect, by its number.</summary>
    public Action<Effect>? Before { get; set; }

    public void Note(string who, string what) => Log.Note(who, what);

    public string Rewrite(string sql) => Planting.Rewrite(Bug, sql);

    public void Plant(IServiceCollection services) => Planting.Plant(Bug, services);

    /// <summary>Counts effects from here on.</summary>
    public void WatchFromNow() => _effects = 0;

    public Trouble Strike(Node node, string name, Call? call)
    {
        if (node.IsDesk)
        {
            return Trouble.None;
        }

        var effect = new Effect(++_effects, node.Name, name, call) { At = Clock.Now };
        if (call is not null)
        {
            LookThrough(call);
            if (call.Address.AbsolutePath.StartsWith("/api/v2/", StringComparison.Ordinal))
            {
                _tailnetToken = call.Headers.FirstOrDefault(h => h.Key == "Authorization" && h.Value.StartsWith("Bearer", StringComparison.Ordinal)).Value ?? _tailnetToken;
            }
        }

        LookAtRows();
        Before?.Invoke(effect);
        var trouble = Fate?.Invoke(effect) ?? Trouble.None;
        Note(node.Name, trouble == Trouble.None ? name : $"{name} [{trouble}]");
        return trouble;
    }

    /// <summary>Told of every commit, whoever made it.</summary>
    public void RowsChanged()
    {
        _unseen = true;
        _open = null;
    }

    /// <summary>What a read would have been told before the last change; null when it is not known.</summary>
    public Reply? Stale(Call call) => _fresh.GetValueOrDefault(call.Address.PathAndQuery);

    /// <summary>Asks now what will be asked later, for an answer that is stale by then.</summary>
    public void KeepForStale(Call later)
    {
        if (IsForStripe(later))
        {
            return;
        }

        var headers = later.Headers.Where(h => h.Key != "Authorization").ToList();
        if (later.Address.AbsolutePath.StartsWith("/github/", StringComparison.Ordinal))
        {
            headers.Add(new("Authorization", "Bearer " + Fixtures.GitHubToken));
        }
        else if (later.Address.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
        {
            headers.Add(new("Authorization", "Bearer " + Fixtures.HetznerToken));
        }
        else if (_tailnetToken is not null)
        {
            headers.Add(new("Authorization", _tailnetToken));
        }

        // Called in the middle of a step, on this thread: nothing may be pumped here.
        var answer = Cloud.SendAsync(later with { Headers = headers });
        if (answer.IsCompletedSuccessfully)
        {
            _fresh[later.Address.PathAndQuery] = answer.Result;
        }
    }

    public Node? AnyNode() => Nodes.Find(n => n is { IsAlive: true, IsHung: false });

    public Node StartNode()
    {
        var node = new Node(this, $"node-{++_nodes}");
        Nodes.Add(node);
        Note(node.Name, "starts");
        if (TakesOverLeases)
        {
            _ = Pump.Start(() => node.Get<OperationStore>().TakeOverLeasesAsync(CancellationToken.None));
            Pump.Drain();
        }

        return node;
    }

    /// <summary>Runs to its end what waits for nothing but this world.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        var task = Pump.Start(work);
        Pump.Drain();
        return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("This waits for something that never comes.");
    }

    /// <summary>Runs what waits for an answer, as somebody outside who has other things to do: time passes for it, and not for ever.</summary>
    /// <exception cref="HttpRequestException">No answer came in a minute.</exception>
    public T RunPatiently<T>(Func<Task<T>> work)
    {
        var task = Pump.Start(work);
        Pump.Drain();
        var until = Clock.Now + TimeSpan.FromMinutes(1);
        while (!task.IsCompleted && Clock.FireNext(until))
        {
            Pump.Drain();
        }

        return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new HttpRequestException(HttpRequestError.ResponseEnded, "Nobody answered for a minute.");
    }

    /// <summary>Changes rows behind everybody's back.</summary>
    public void Write(string sql) => Run(async () =>
    {
        await Desk.Database.WriteAsync(t => t.ExecuteAsync(sql));
        return true;
    });

    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) => Desk.Database.QueryAsync<T>(sql, parameters).GetAwaiter().GetResult();

    /// <summary>The operations that are due now, in the order of the rows.</summary>
    public IReadOnlyList<string> Due()
    {
        var now = Clock.Now.ToUnixTimeMilliseconds();
        return [.. Unfinished().Where(o => o.Due <= now).Select(o => o.Id)];
    }

    /// <summary>Moves to the next thing that happens, if that is by then; dead processes are replaced on the way.</summary>
    /// <returns>False when nothing happens any more by then.</returns>
    public bool Step(DateTimeOffset until)
    {
        Pump.Drain();
        if (Clock.NextTimer <= Clock.Now)
        {
            Clock.FireNext(Clock.Now);
            Pump.Drain();
            return true;
        }

        if (CarryDue())
        {
            return true;
        }

        var now = Clock.Now.ToUnixTimeMilliseconds();
        var due = Unfinished().Where(o => o.Due > now).Select(o => (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds(o.Due!.Value)).FirstOrDefault();
        var next = Earliest(Clock.NextTimer, due);
        if (next is null || next > until)
        {
            Clock.FireNext(until);
            return false;
        }

        Clock.FireNext(next.Value);
        Pump.Drain();
        return true;
    }

    /// <summary>Time goes on until nobody has anything to do.</summary>
    public void RunUntilQuiet(TimeSpan atMost)
    {
        var limit = Clock.Now + atMost;
        do
        {
            ReplaceDead();
        }
        while (Step(limit) && (Clock.NextTimer is not null || Busy()));
        Pump.Drain();
    }

    public bool Busy() => Unfinished().Count > 0;

    public void ReplaceDead()
    {
        foreach (var dead in Nodes.Where(n => !n.IsAlive).ToList())
        {
            Nodes.Remove(dead);
            Pump.Drain();
            Bury(dead);
            Clock.CreateTimer(_ => StartNode(), null, RestartAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Every process dies, and no supervisor starts another.</summary>
    public void LoseAllNodes()
    {
        Nodes.ForEach(n => n.Die());
        Pump.Drain();
        Nodes.ForEach(Bury);
        Nodes.Clear();
    }

    public void Dispose()
    {
        Nodes.ForEach(n => n.Die());
        Pump.Drain();
        Nodes.ForEach(Bury);
        Run(async () =>
        {
            await _host.DisposeAsync();
            return true;
        });
        Bury(Desk);
        _store.Close(DatabaseAddress);
    }

    private void Bury(Node node) => Run(async () =>
    {
        await node.DisposeAsync();
        return true;
    });

    private IReadOnlyList<(string Id, long? Due)> Unfinished() =>
        _open ??= Query<(string Id, long? Due)>("SELECT id, due_at FROM operations WHERE result IS NULL ORDER BY due_at, id");

    /// <summary>Rows change by commits alone, so between two of them one look is enough.</summary>
    private void LookAtRows()
    {
        if (_unseen)
        {
            _unseen = false;
            BrokenOnTheWay ??= Invariants.RunningTooSoon(this) ?? _rows.Look();
        }
    }

    private bool CarryDue()
    {
        foreach (var operation in Due())
        {
            if (Nodes.Find(n => n is { IsAlive: true, IsHung: false } && !n.Carries(operation)) is { } node)
            {
                node.Carry(operation);
                Pump.Drain();
                return true;
            }
        }

        return false;
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null ? a : a < b ? a : b;
}

internal sealed class SeededEntropy(int seed) : Entropy
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
