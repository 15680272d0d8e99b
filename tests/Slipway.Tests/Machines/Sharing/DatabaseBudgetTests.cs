using System.Collections.Concurrent;
using System.Net;
using Slipway.Hetzner;
using Slipway.Machines.Sharing;
using Slipway.Operations.Nodes;
using Slipway.Storage;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines.Sharing;

/// <summary>Three clients of one project, each as in a process of its own, on one PostgreSQL and one bucket at Hetzner.</summary>
[Collection(PostgresTests.Name)]
public sealed class DatabaseBudgetTests(PostgresServer server) : StoreSuite(new PostgresStore(server))
{
    private readonly Bucket _bucket = new(limit: 300);

    [Fact]
    public async Task H6_three_nodes_that_want_more_than_there_is_get_what_there_is_and_never_a_429()
    {
        using var cluster = new Cluster(Database, Time, _bucket);
        using var enough = new CancellationTokenSource();

        var reads = cluster.Clients.SelectMany(client => Enumerable.Range(0, 200).Select(_ => ReadAsync(client, enough.Token))).ToList();
        await _bucket.UntilAsync(290);
        await enough.CancelAsync();
        await Task.WhenAll(reads);

        _bucket.Refused.ShouldBe(0);
        _bucket.Answered.ShouldBeInRange(290, 300);
        cluster.Exchanges.ShouldBeLessThan(_bucket.Answered, "requests come in blocks");
    }

    [Fact]
    public async Task H6_a_delete_on_one_node_goes_before_a_list_on_another()
    {
        var budgets = new[] { Budget("a"), Budget("b") };
        await budgets[0].ExchangeAsync(new RequestDemand(RequestsWaiting.None, 0, 0, new RateLimitReport(300, 0, TimeSpan.Zero)), default);

        (await budgets[0].ExchangeAsync(new RequestDemand(new RequestsWaiting(0, 0, 0, 1), 0, 0, null), default)).Granted.ShouldBe(0);
        (await budgets[1].ExchangeAsync(new RequestDemand(new RequestsWaiting(1, 0, 0, 0), 0, 0, null), default)).Granted.ShouldBe(0);
        // A token refills, and there is a margin of one.
        Time.Advance(TimeSpan.FromSeconds(2 * 12.1));
        (await budgets[1].ExchangeAsync(new RequestDemand(new RequestsWaiting(1, 0, 0, 0), 0, 0, null), default)).Granted.ShouldBe(1);
        (await budgets[0].ExchangeAsync(new RequestDemand(new RequestsWaiting(0, 0, 0, 1), 0, 0, null), default)).Granted.ShouldBe(0);
        Time.Advance(TimeSpan.FromSeconds(12.1));
        (await budgets[0].ExchangeAsync(new RequestDemand(new RequestsWaiting(0, 0, 0, 1), 0, 0, null), default)).Granted.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_clock_of_a_test_time_is_the_databases()
    {
        var node = new Membership(new IdSource(new Entropy()), Time);
        var budget = new DatabaseBudget(Database, node);

        await budget.ExchangeAsync(new RequestDemand(new RequestsWaiting(0, 0, 1, 0), 0, 0, null), default);

        var seen = await Database.FirstOrDefaultAsync<long>("SELECT as_of FROM request_budget");
        Math.Abs((DateTimeOffset.FromUnixTimeMilliseconds(seen) - TimeProvider.System.GetUtcNow()).TotalMinutes).ShouldBeLessThan(5);
    }

    private DatabaseBudget Budget(string name)
    {
        var membership = new Membership(new IdSource(new Entropy()), Time);
        membership.Enter(new Life(name, Time, limited: false));
        return new DatabaseBudget(Database, membership, Time);
    }

    private static async Task ReadAsync(HetznerClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.Actions.GetAsync(1, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It was still waiting for its turn.
        }
    }

    private sealed class Cluster : IDisposable
    {
        private readonly ConcurrentBag<Counted> _budgets = [];

        public Cluster(Database database, TimeProvider time, Bucket bucket) => Clients =
        [
            .. Enumerable.Range(0, 3).Select(i =>
            {
                var membership = new Membership(new IdSource(new Entropy()), time);
                membership.Enter(new Life($"node-{i}", time, limited: false));
                var budget = new Counted(new DatabaseBudget(database, membership));
                _budgets.Add(budget);
                return new HetznerClient(new HetznerOptions { Token = "token", SharedBudget = budget }, new Door(bucket));
            }),
        ];

        public IReadOnlyList<HetznerClient> Clients { get; }

        public int Exchanges => _budgets.Sum(b => b.Count);

        public void Dispose()
        {
            foreach (var client in Clients)
            {
                client.Dispose();
            }
        }
    }

    private sealed class Counted(SharedRequestBudget inner) : SharedRequestBudget
    {
        private int _count;

        public int Count => _count;

        public override Task<RequestGrant> ExchangeAsync(RequestDemand demand, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return inner.ExchangeAsync(demand, cancellationToken);
        }
    }

    /// <summary>Hetzner's count, on a clock that stands still: nothing refills.</summary>
    private sealed class Bucket(int limit)
    {
        private readonly Lock _gate = new();
        private readonly List<(int Answered, TaskCompletionSource Reached)> _watched = [];

        public int Answered { get; private set; }

        public int Refused { get; private set; }

        public Task UntilAsync(int answered)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _watched.Add((answered, reached));
                Tell();
            }

            return reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        public HttpResponseMessage Answer()
        {
            lock (_gate)
            {
                var allowed = Answered < limit;
                Answered += allowed ? 1 : 0;
                Refused += allowed ? 0 : 1;
                Tell();
                var answer = new HttpResponseMessage(allowed ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests)
                {
                    Content = new StringContent("""{"action":{"id":1,"command":"x","status":"running","progress":0,"started":"2026-11-21T09:00:00Z","resources":[]}}"""),
                };
                answer.Headers.Add("RateLimit-Limit", $"{limit}");
                answer.Headers.Add("RateLimit-Remaining", $"{limit - Answered}");
                return answer;
            }
        }

        private void Tell() => _watched.Where(w => Answered >= w.Answered).ToList().ForEach(w => w.Reached.TrySetResult());
    }

    private sealed class Door(Bucket bucket) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(bucket.Answer());
    }
}
