using System.Collections.Concurrent;
using Slipway.Operations;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Operations;

/// <summary>Several nodes on one PostgreSQL: Quartz's clustered store, heartbeats, messages, real time.</summary>
[Collection(PostgresTests.Name)]
public sealed class ClusterTests(PostgresServer server) : IAsyncLifetime
{
    /// <summary>What is promised of a node's death.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(15);

    /// <summary>Far less than any sweep or take-over takes: what happens within it was said, not found.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    private readonly ThreeSteps _steps = new();
    private readonly List<ClusterNode> _nodes = [];
    private string _address = "";

    public async Task InitializeAsync() => _address = await server.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await server.DropDatabaseAsync(_address);
    }

    [Fact]
    public async Task O1_an_operation_runs_by_itself_and_its_row_says_who_has_it()
    {
        string? by = null;
        var node = await StartAsync();
        _steps.First.Then(async (trail, context, _) =>
        {
            by = (await node.FindAsync(context.OperationId)).LeaseBy;
            return _steps.First.Works(trail);
        });

        var id = await node.StartOperationAsync();

        (await node.EndAsync(id)).LeaseBy.ShouldBeNull();
        by.ShouldBe(node.Membership.Id);
    }

    [Fact]
    public async Task An_order_is_in_the_queue_by_its_commit_and_needs_no_alarm()
    {
        var node = await StartAsync();
        var other = await StartAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => node.StartOperationAsync(also: _ => throw new InvalidOperationException("poison")));
        (await node.Database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM operations")).ShouldBe(0);

        var id = await node.StartOperationAsync();
        (await other.EndAsync(id, AtOnce)).Result.ShouldBe(OperationResult.Succeeded);
        (await AlarmsAsync(node)).ShouldBe(0);
    }

    [Fact]
    public async Task Trap1_what_a_dead_node_was_running_goes_on_elsewhere_within_fifteen_seconds()
    {
        var (dead, alive, id) = await RunAndHangAsync();

        var row = await alive.EndAsync(id, TakeOver);

        row.Result.ShouldBe(OperationResult.Succeeded);
        _steps.Calls.Select(c => (c.Step, c.IsFirstAttempt)).ShouldBe([("first", true), ("first", false), ("second", true), ("third", true)]);
        dead.Membership.Id.ShouldNotBe(alive.Membership.Id);
        alive.Log.ShouldContain(line => line.Contains("is dead; 1 operation(s)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trap1_what_a_dead_node_held_in_memory_is_looked_at_elsewhere()
    {
        var dead = await StartAsync();
        _steps.First.ThenWaits(TimeSpan.FromSeconds(3));
        var id = await dead.StartOperationAsync();
        await dead.UntilAsync(id, row => row.WaitingFor is not null);
        var alive = await StartAsync();
        dead.Clock.Stop();
        // The dead one's process is not really gone: its timer would still wake it, so another must be the first to claim.
        await alive.Database.WriteAsync(t => t.ExecuteAsync("UPDATE operations SET due_at = due_at + 5000"));

        (await alive.EndAsync(id, TakeOver)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task T8_a_node_that_hung_is_fenced_and_begins_a_new_life()
    {
        var cutOff = false;
        var (hung, alive, id) = await RunAndHangAsync(back => back.Register(() => cutOff = true));
        var life = hung.Membership.Id;
        await alive.EndAsync(id, TakeOver);
        var timeline = await alive.Get<OperationStore>().ReadTimelineAsync(id);
        var row = await alive.FindAsync(id);

        hung.Clock.GoOn();
        hung.Membership.IsCurrent.ShouldBe(hung.Membership.Id != life, "it knows before it does anything");

        await UntilAsync(() => hung.Membership.Id != life && hung.Membership.IsCurrent);
        cutOff.ShouldBeTrue("what it was doing was cut off");
        (await alive.Get<OperationStore>().ReadTimelineAsync(id)).ShouldBe(timeline);
        (await alive.FindAsync(id)).ShouldBe(row);
        var next = await hung.StartOperationAsync("subject-2");
        (await hung.EndAsync(next)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task A_clock_that_is_ten_minutes_ahead_takes_nothing_from_a_living_node()
    {
        var node = await StartAsync();
        var goOn = new TaskCompletionSource();
        _steps.First.Then(async (trail, _, _) =>
        {
            await goOn.Task;
            return _steps.First.Works(trail);
        });
        var id = await node.StartOperationAsync();
        await node.UntilAsync(id, row => row.LeaseUntil is not null);

        var ahead = await StartAsync(TimeSpan.FromMinutes(10));
        (await ahead.Get<OperationStore>().ClaimAsync(id)).ShouldBeNull();
        await ahead.Get<OperationSweep>().SweepAsync(all: true, CancellationToken.None);
        goOn.SetResult();

        (await node.EndAsync(id)).Epoch.ShouldBe(3);
        _steps.Ran.ShouldBe(["first", "second", "third"]);
        node.Log.Concat(ahead.Log).ShouldNotContain(line => line.Contains("is dead", StringComparison.Ordinal));
    }

    [Fact]
    public async Task T17_a_wake_up_reaches_the_node_that_holds_the_operation()
    {
        var holder = await StartAsync();
        var other = await StartAsync();
        _steps.First.ThenWaits(TimeSpan.FromSeconds(25));
        var id = await holder.StartOperationAsync();
        await holder.UntilAsync(id, row => row.WaitingFor is not null);

        await other.WakeAsync(id);

        (await other.EndAsync(id, AtOnce)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task T17_a_wake_up_of_what_nobody_holds_is_heard_at_its_commit()
    {
        var first = await StartAsync();
        var other = await StartAsync();
        _steps.First.ThenWaits(TimeSpan.FromHours(1));
        var id = await first.StartOperationAsync();
        await first.UntilAsync(id, row => row is { WaitingFor: not null, LeaseBy: null });

        await other.WakeAsync(id);

        (await other.EndAsync(id, AtOnce)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task T19_what_a_stopping_node_holds_goes_on_at_another_at_once()
    {
        var stopping = await StartAsync();
        var other = await StartAsync();
        _steps.First.ThenWaits(TimeSpan.FromSeconds(2));
        var id = await stopping.StartOperationAsync();
        await stopping.UntilAsync(id, row => row.WaitingFor is not null);

        await stopping.StopAsync();

        (await other.EndAsync(id, AtOnce)).Result.ShouldBe(OperationResult.Succeeded);
        (await other.Database.QueryAsync<string>("SELECT id FROM nodes")).ShouldBe([other.Membership.Id]);
    }

    [Fact]
    public async Task A_lost_alarm_is_found()
    {
        var node = await StartAsync();
        _steps.First.ThenWaits(TimeSpan.FromSeconds(40));
        var id = await node.StartOperationAsync();
        await node.UntilAsync(id, row => row is { WaitingFor: not null, LeaseBy: null });
        await UntilAsync(async () => await AlarmsAsync(node) == 1);
        await node.Database.WriteAsync(t => t.ExecuteAsync("DELETE FROM qrtz_simple_triggers; DELETE FROM qrtz_triggers; UPDATE operations SET due_at = 0"));

        await node.Get<OperationSweep>().SweepAsync(all: false, CancellationToken.None);

        (await node.EndAsync(id, AtOnce)).Result.ShouldBe(OperationResult.Succeeded);
    }

    [Fact]
    public async Task Two_nodes_carry_a_hundred_operations_and_no_step_runs_twice()
    {
        var ran = new ConcurrentBag<(string Subject, string Step)>();
        _steps.First.Always = _steps.Second.Always = _steps.Third.Always = null;
        var nodes = new[] { await StartAsync(), await StartAsync() };
        var by = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        _steps.Second.Always = context =>
        {
            by[context.Operation.LeaseBy!] = true;
            ran.Add((context.Subject, "second"));
            return _steps.Second.Works(new Trail(["first"]));
        };

        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => nodes[i % 2].StartOperationAsync($"subject-{i}")));
        foreach (var id in ids)
        {
            (await nodes[0].EndAsync(id)).Epoch.ShouldBe(3, "three claims, one for each step");
        }

        ran.Count.ShouldBe(100);
        by.Keys.Order().ShouldBe(nodes.Select(n => n.Membership.Id).Order());
        await UntilAsync(async () => await AlarmsAsync(nodes[0]) == 0);
    }

    private async Task<ClusterNode> StartAsync(TimeSpan clockAhead = default)
    {
        var node = await ClusterNode.StartAsync(_address, _steps.Plan(), clockAhead);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Two nodes, of which one hangs in the middle of a step; its call is at somebody else's door and comes back only when it is cut off.</summary>
    private async Task<(ClusterNode Hung, ClusterNode Alive, string Id)> RunAndHangAsync(Action<CancellationToken>? watch = null)
    {
        var hung = await StartAsync();
        var runs = new TaskCompletionSource();
        _steps.First.Then(async (trail, _, cancellation) =>
        {
            watch?.Invoke(cancellation);
            runs.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return _steps.First.Works(trail);
        });
        var id = await hung.StartOperationAsync();
        await runs.Task;
        var alive = await StartAsync();
        hung.Clock.Stop();
        return (hung, alive, id);
    }

    private static Task<long> AlarmsAsync(ClusterNode node) => node.Database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM qrtz_triggers");

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            await pause.WaitForNextTickAsync(limit.Token);
        }
    }
}
