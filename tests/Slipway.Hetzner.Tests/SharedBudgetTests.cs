using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

/// <summary>A client that takes its requests from a budget others take from too.</summary>
public sealed class SharedBudgetTests
{
    private static readonly string Server = $$"""{"server":{{Json.Server()}}}""";
    private readonly Counter _counter = new();

    [Fact]
    public void Requests_are_taken_in_blocks_and_not_one_by_one()
    {
        using var arranged = Client([.. Enumerable.Repeat(Ok("GET", "/servers/42", Server), 12)]);

        arranged.Run(() => Task.WhenAll(Enumerable.Range(0, 6).Select(_ => arranged.Client.Servers.GetAsync(42))));
        arranged.Run(() => Task.WhenAll(Enumerable.Range(0, 6).Select(_ => arranged.Client.Servers.GetAsync(42))));

        _counter.Demands.Count.ShouldBeLessThan(6);
        _counter.Granted.ShouldBeGreaterThanOrEqualTo(12);
        arranged.Sent.Count.ShouldBe(12);
    }

    [Fact]
    public void Who_waits_is_told_by_class_and_served_in_order()
    {
        _counter.Left = 0;
        using var arranged = Client(
            Ok("DELETE", "/servers/1", $$"""{"action":{{Json.Action(1, "delete_server")}}}"""),
            Ok("POST", "/servers/3/actions/poweron", $$"""{"action":{{Json.Action(3, "start_server")}}}"""),
            Ok("GET", "/servers/42", Server));

        arranged.Run(async () =>
        {
            var read = arranged.Client.Servers.GetAsync(42);
            var create = arranged.Client.Servers.PowerOnAsync(3);
            var destroy = arranged.Client.Servers.DeleteAsync(1);
            await Task.Delay(TimeSpan.FromSeconds(2), arranged.Time);
            _counter.Demands[^1].Waiting.ShouldBe(new RequestsWaiting(1, 1, 1, 0));
            arranged.Sent.ShouldBeEmpty();
            _counter.Left = 3;
            await Task.WhenAll(read, create, destroy);
        });

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void What_is_not_needed_goes_back()
    {
        _counter.Ahead = 5;
        using var arranged = Client(Ok("GET", "/servers/42", Server));

        arranged.Run(async () =>
        {
            await arranged.Client.Servers.GetAsync(42);
            await Task.Delay(TimeSpan.FromSeconds(5), arranged.Time);
        });

        _counter.Demands.Sum(d => d.Returned).ShouldBe(5);
        _counter.Demands[^1].Waiting.ShouldBe(RequestsWaiting.None);
    }

    [Fact]
    public void What_Hetzner_says_is_passed_on_with_its_age()
    {
        _counter.Ahead = 0;
        using var arranged = Client(
            Ok("GET", "/servers/42", Server) with { Headers = Limits(77) },
            new ScriptedExchange("GET", "/v1/servers/42", HttpStatusCode.TooManyRequests, ""),
            Ok("GET", "/servers/42", Server));

        arranged.Run(async () =>
        {
            await arranged.Client.Servers.GetAsync(42);
            await Task.Delay(TimeSpan.FromSeconds(2), arranged.Time);
            await arranged.Client.Servers.GetAsync(42);
        });

        _counter.Demands.Select(d => d.Report).OfType<RateLimitReport>().Select(r => (r.Limit, r.Remaining)).ShouldBe([(7200, 77), (7200, 0)]);
        _counter.Demands.First(d => d.Report is not null).Report!.Age.TotalSeconds.ShouldBe(2, 0.2);
        arranged.Client.Budget.Limit.ShouldBe(7200);
    }

    [Fact]
    public void A_budget_that_cannot_be_asked_is_asked_again_and_nothing_is_sent_meanwhile()
    {
        _counter.Broken = true;
        using var arranged = Client(Ok("GET", "/servers/42", Server));

        arranged.Run(async () =>
        {
            var read = arranged.Client.Servers.GetAsync(42);
            await Task.Delay(TimeSpan.FromSeconds(3.5), arranged.Time);
            arranged.Sent.ShouldBeEmpty();
            arranged.Client.Budget.Waiting.ShouldBe(1);
            _counter.Broken = false;
            await read;
        });

        _counter.Demands.Count.ShouldBeInRange(4, 6);
    }

    private Arrange Client(params ScriptedExchange[] exchanges) => new(options => options.SharedBudget = _counter, exchanges);

    private static Dictionary<string, string> Limits(int remaining) => new() { ["RateLimit-Limit"] = "7200", ["RateLimit-Remaining"] = $"{remaining}" };

    /// <summary>What all share, as simple as it can be.</summary>
    private sealed class Counter : SharedRequestBudget
    {
        public int Left { get; set; } = 1000;

        public int Ahead { get; set; } = 4;

        public bool Broken { get; set; }

        public int Granted { get; private set; }

        public List<RequestDemand> Demands { get; } = [];

        public override Task<RequestGrant> ExchangeAsync(RequestDemand demand, CancellationToken cancellationToken)
        {
            Demands.Add(demand);
            if (Broken)
            {
                throw new InvalidOperationException("The database is away.");
            }

            var wanted = demand.Waiting.Total;
            var given = Math.Min(wanted == 0 ? 0 : wanted + Ahead, Left);
            Left += demand.Returned - given;
            Granted += given;
            return Task.FromResult(new RequestGrant(given, Left, given < wanted ? TimeSpan.FromSeconds(0.5) : TimeSpan.Zero));
        }
    }
}
