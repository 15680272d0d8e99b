using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Hetzner;
using Slipway.Machines.Sharing;
using Slipway.Operations.Nodes;
using Slipway.Storage;
using Slipway.Tests.Operations;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines.Sharing;

/// <summary>Nodes that wait for Hetzner's actions, of which one asks for all.</summary>
[Collection(PostgresTests.Name)]
public sealed class SharedActionTests(PostgresServer server) : IAsyncLifetime
{
    private readonly ThreeSteps _steps = new();
    private readonly Cloud _cloud = new();
    private readonly List<Node> _nodes = [];
    private string _address = "";
    private TestEngine _engine = null!;

    public async Task InitializeAsync()
    {
        _address = await server.CreateDatabaseAsync();
        _engine = await TestEngine.CreateOnAsync(_address, _steps.Plan());
        for (var i = 0; i < 3; i++)
        {
            _nodes.Add(await Node.StartAsync(_engine, _cloud, $"node-{i}"));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _engine.DisposeAsync();
        await server.DropDatabaseAsync(_address);
    }

    [Fact]
    public async Task Many_nodes_polling_cost_what_one_does_and_all_hear_of_the_end()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _engine.StartAsync(subject: $"subject-{i}")));
        for (var i = 0; i < 6; i++)
        {
            (await _nodes[i % 3].Waits.AreFinishedAsync([100 + i, 200], ids[i])).ShouldBeFalse();
        }

        await _cloud.UntilAskedAsync(7);
        _cloud.Askers.Count.ShouldBe(1, "one has the duty");
        _cloud.Asked.Last().Order().ToList().ShouldBe([100L, 101, 102, 103, 104, 105, 200], "and asks for all in one request");
        _cloud.Finish(200, 100, 101, 102, 103, 104, 105);

        for (var i = 0; i < 6; i++)
        {
            await UntilAsync(() => _nodes[i % 3].Waits.AreFinishedAsync([100 + i, 200], ids[i]));
            (await _engine.FindAsync(ids[i])).Wakes.ShouldBeGreaterThan(0);
        }

        (await _engine.Database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM action_waits")).ShouldBe(0);
    }

    [Fact]
    public async Task When_the_one_that_asks_dies_another_goes_on()
    {
        var id = await _engine.StartAsync();
        (await _nodes[0].Waits.AreFinishedAsync([100], id)).ShouldBeFalse();
        await _cloud.UntilAskedAsync(1);
        var asker = _nodes.Single(n => _cloud.Askers.ContainsKey(n.Name));

        await asker.DisposeAsync();
        await _engine.Database.WriteAsync(t => t.ExecuteAsync("DELETE FROM nodes WHERE id = @Name", new { asker.Name }));
        await UntilAsync(() => Task.FromResult(_cloud.Askers.Count == 2));
        _cloud.Finish(100);

        var other = _nodes.First(n => n != asker);
        await UntilAsync(() => other.Waits.AreFinishedAsync([100], id));
    }

    [Fact]
    public async Task An_action_that_failed_says_so_on_the_node_that_waits()
    {
        var id = await _engine.StartAsync();
        (await _nodes[2].Waits.AreFinishedAsync([100], id)).ShouldBeFalse();
        _cloud.Fail(100);
        HetznerActionException? failure = null;

        await UntilAsync(async () =>
        {
            try
            {
                return await _nodes[2].Waits.AreFinishedAsync([100], id);
            }
            catch (HetznerActionException e)
            {
                failure = e;
                return true;
            }
        });

        failure.ShouldNotBeNull().Action.Error!.Code.ShouldBe("resource_unavailable");
    }

    [Fact]
    public async Task What_an_operation_that_ended_waited_for_is_asked_about_no_more()
    {
        var id = await _engine.StartAsync();
        (await _nodes[0].Waits.AreFinishedAsync([100], id)).ShouldBeFalse();

        (await _engine.RunAsync(id)).ShouldBeNull();

        await UntilAsync(async () => await _engine.Database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM action_waits") == 0);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            await pause.WaitForNextTickAsync(limit.Token);
        }
    }

    private sealed class Node : IAsyncDisposable
    {
        private readonly HetznerClient _hetzner;
        private readonly ActionPolling _polling;
        private bool _disposed;

        private Node(TestEngine engine, Cloud cloud, string name)
        {
            Name = name;
            var membership = new Membership(new IdSource(new Entropy()), TimeProvider.System);
            membership.Enter(new Life(name, TimeProvider.System, limited: false));
            _hetzner = new HetznerClient(
                new HetznerOptions { Token = "token", FirstPollAfter = TimeSpan.FromMilliseconds(300), PollInterval = TimeSpan.FromMilliseconds(300) }, cloud.Door(name));
            Waits = new SharedActionWaits(engine.Database, engine.Waker);
            _polling = new ActionPolling(Waits, _hetzner, membership, TimeProvider.System, NullLogger<ActionPolling>.Instance);
        }

        public string Name { get; }

        public SharedActionWaits Waits { get; }

        public static async Task<Node> StartAsync(TestEngine engine, Cloud cloud, string name)
        {
            await engine.Database.WriteAsync(t => t.ExecuteAsync("INSERT INTO nodes (id, process, beats, joined_at) VALUES (@name, @name, 0, 0)", new { name }));
            var node = new Node(engine, cloud, name);
            await node._polling.StartAsync(default);
            return node;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_disposed)
            {
                _disposed = true;
                await _polling.StopAsync(default);
                _polling.Dispose();
                _hetzner.Dispose();
            }
        }
    }

    /// <summary>Hetzner's actions: running until a test says otherwise.</summary>
    private sealed class Cloud
    {
        private readonly ConcurrentDictionary<long, string> _ended = new();

        public ConcurrentDictionary<string, int> Askers { get; } = new(StringComparer.Ordinal);

        public ConcurrentQueue<long[]> Asked { get; } = new();

        public void Finish(params long[] ids) => Array.ForEach(ids, id => _ended[id] = "\"success\"");

        public void Fail(long id) => _ended[id] = """ "error","error":{"code":"resource_unavailable","message":"no"} """;

        /// <summary>Until somebody asked about as many at once.</summary>
        public Task UntilAskedAsync(int ids) => UntilAsync(() => Task.FromResult(Asked.Any(asked => asked.Length >= ids)));

        public HttpMessageHandler Door(string name) => new Handler(this, name);

        private sealed class Handler(Cloud cloud, string name) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.RequestUri!.AbsolutePath.ShouldBe("/v1/actions");
                var ids = HttpUtility.ParseQueryString(request.RequestUri.Query).GetValues("id")!.Select(long.Parse).ToArray();
                cloud.Asked.Enqueue(ids);
                cloud.Askers.AddOrUpdate(name, 1, (_, n) => n + 1);
                var actions = ids.Select(id => $$"""
                    {"id":{{id}},"command":"create_server","progress":0,"started":"2026-11-21T09:00:00Z","resources":[],"status":{{cloud._ended.GetValueOrDefault(id, "\"running\"")}} }
                    """);
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent($$"""{"actions":[{{string.Join(',', actions)}}]}""", Encoding.UTF8, "application/json"),
                });
            }
        }
    }
}
