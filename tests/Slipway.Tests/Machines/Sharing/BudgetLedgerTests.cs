using Slipway.Hetzner;
using Slipway.Machines.Sharing;

namespace Slipway.Tests.Machines.Sharing;

/// <summary>The arithmetic of the one budget, on a clock of numbers.</summary>
public sealed class BudgetLedgerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private BudgetLedger _ledger = new(100, 3600, Start, []);

    [Fact]
    public void What_waits_is_granted_and_a_little_ahead_while_there_is_plenty()
    {
        _ledger = _ledger with { Tokens = 3000 };

        Ask("a", new RequestsWaiting(1, 0, 2, 0)).Granted.ShouldBe(3 + 5);
        Ask("b", RequestsWaiting.None).Granted.ShouldBe(0);
        _ledger.Tokens.ShouldBe(2992);
    }

    [Fact]
    public void Near_the_end_nobody_hoards()
    {
        Ask("a", new RequestsWaiting(0, 0, 3, 0)).Granted.ShouldBe(3);
        _ledger.Tokens.ShouldBe(97);
    }

    [Fact]
    public void What_a_higher_class_waits_for_elsewhere_is_left_to_it()
    {
        _ledger = _ledger with { Tokens = 1 };
        Ask("a", new RequestsWaiting(3, 0, 0, 0)).Granted.ShouldBe(0);

        Ask("b", new RequestsWaiting(0, 0, 0, 5), after: 2).Granted.ShouldBe(0, "three seconds' worth belong to the deletes of a");
        Ask("b", new RequestsWaiting(0, 2, 0, 0), after: 0).Granted.ShouldBe(0);
        Ask("a", new RequestsWaiting(3, 0, 0, 0), after: 1).Granted.ShouldBe(3);
        Ask("b", new RequestsWaiting(0, 0, 0, 5), after: 1).Granted.ShouldBe(1, "nobody is before it now");
    }

    [Fact]
    public void A_node_that_no_longer_asks_holds_nobody_up()
    {
        _ledger = _ledger with { Tokens = 1 };
        Ask("a", new RequestsWaiting(50, 0, 0, 0)).Granted.ShouldBe(0);

        Ask("b", new RequestsWaiting(0, 0, 0, 1), after: 3).Granted.ShouldBe(0);
        Ask("b", new RequestsWaiting(0, 0, 0, 1), after: 0.5).Granted.ShouldBe(1);
    }

    [Fact]
    public void Equal_and_lower_classes_elsewhere_do_not_count()
    {
        _ledger = _ledger with { Tokens = 2 };
        Ask("a", new RequestsWaiting(0, 0, 9, 9));
        _ledger = _ledger with { Tokens = 2 };

        Ask("b", new RequestsWaiting(0, 0, 1, 0)).Granted.ShouldBe(1);
    }

    [Fact]
    public void An_answer_brings_it_down_to_what_it_says()
    {
        Ask("a", new RequestsWaiting(0, 0, 10, 0)).Granted.ShouldBe(10);

        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 40, TimeSpan.Zero), after: 1).Remaining.ShouldBe(41, "40, and the part of one that is not told");
        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 40, TimeSpan.Zero), after: 10).Remaining.ShouldBe(41);
    }

    [Fact]
    public void An_answer_raises_it_only_by_what_nobody_can_have_sent_since()
    {
        _ledger = _ledger with { Tokens = 20 };
        Ask("a", new RequestsWaiting(0, 0, 10, 0)).Granted.ShouldBe(10);

        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 90, TimeSpan.Zero), after: 1).Remaining.ShouldBe(80, "the ten of a may all be sent after it");
        Ask("a", RequestsWaiting.None, after: 1);
        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 95, TimeSpan.FromSeconds(0.5)), after: 0).Remaining.ShouldBe(85, "a spent ten since it was last heard, before or after");
        Ask("a", new RequestsWaiting(0, 0, 10, 0)).Granted.ShouldBe(10);
        Ask("a", RequestsWaiting.None);
        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 300, TimeSpan.FromSeconds(0.5))).Remaining.ShouldBe(75, "too much happened since; it is old");
    }

    [Fact]
    public void An_answer_that_comes_late_counts_with_what_refilled_since()
    {
        Ask("b", RequestsWaiting.None, new RateLimitReport(3600, 40, TimeSpan.FromSeconds(20)), after: 20).Remaining.ShouldBe(61);
    }

    [Fact]
    public void H6_a_429_empties_it_and_it_refills()
    {
        Ask("a", new RequestsWaiting(0, 0, 5, 0), new RateLimitReport(3600, 0, TimeSpan.Zero)).Granted.ShouldBe(0);
        Ask("a", new RequestsWaiting(0, 0, 5, 0), after: 3).Granted.ShouldBe(2);
    }

    [Fact]
    public void Before_the_first_answer_only_enough_to_ask_with_is_given()
    {
        _ledger = BudgetLedger.Unknown(Start);

        Ask("a", new RequestsWaiting(0, 0, 500, 0)).Granted.ShouldBe(10);
        Ask("b", new RequestsWaiting(0, 0, 500, 0)).Granted.ShouldBe(0);
        Ask("a", new RequestsWaiting(0, 0, 490, 0), new RateLimitReport(7200, 7000, TimeSpan.Zero)).Granted.ShouldBe(490 + 5);
    }

    [Fact]
    public void What_a_dead_node_held_is_not_held_for_ever()
    {
        Ask("a", new RequestsWaiting(0, 0, 50, 0)).Granted.ShouldBe(50);

        Ask("b", RequestsWaiting.None, after: 3600).Remaining.ShouldBe(3600);
    }

    /// <summary>Three nodes that ask, send, hear and die as chance has it, against Hetzner's own bucket.</summary>
    [Fact]
    public void H6_however_nodes_ask_the_project_is_never_asked_more_than_it_allows()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var hetzner = Simulate(new Random(seed));

            hetzner.Refused.ShouldBe(0, $"seed {seed}, of {hetzner.Answered}");
            hetzner.Answered.ShouldBeGreaterThan(100, $"seed {seed}: nor is it kept from what it may have");
        }
    }

    private static Bucket Simulate(Random random)
    {
        var hetzner = new Bucket(limit: 200);
        var ledger = BudgetLedger.Unknown(Start);
        var now = Start;
        var nodes = Enumerable.Range(0, 3).Select(i => new SimulatedNode($"node-{i}")).ToList();
        for (var turn = 0; turn < 1000; turn++)
        {
            now += TimeSpan.FromSeconds(random.NextDouble() * 2);
            var node = nodes[random.Next(3)];
            (ledger, var lives) = node.Act(ledger, hetzner, random, now);
            if (!lives)
            {
                nodes[nodes.IndexOf(node)] = new SimulatedNode(node.Name + "'");
            }
        }

        return hetzner;
    }

    private RequestGrant Ask(string node, RequestsWaiting waiting, RateLimitReport? report = null, double after = 0)
    {
        (_ledger, var grant) = _ledger.Exchange(node, new RequestDemand(waiting, 0, 0, report), _ledger.AsOf + TimeSpan.FromSeconds(after));
        return grant;
    }

    private sealed class Bucket(int limit)
    {
        private double _level = limit;
        private DateTimeOffset _asOf = Start;

        public int Answered { get; private set; }

        public int Refused { get; private set; }

        public (int Remaining, DateTimeOffset At) Send(DateTimeOffset now)
        {
            _level = Math.Min(limit, _level + ((now - _asOf).TotalSeconds * limit / 3600));
            _asOf = now;
            Answered++;
            Refused += _level < 1 ? 1 : 0;
            _level -= _level < 1 ? 0 : 1;
            return ((int)_level, now);
        }

        public int Limit => limit;
    }

    private sealed class SimulatedNode(string name)
    {
        private int _tokens;
        private int _inFlight;
        private DateTimeOffset _asked;
        private (int Remaining, DateTimeOffset At)? _heard;

        public string Name => name;

        /// <returns>False when it died of it.</returns>
        public (BudgetLedger Ledger, bool Lives) Act(BudgetLedger ledger, Bucket hetzner, Random random, DateTimeOffset now)
        {
            // What is not needed goes back within seconds; nobody sits on it for a minute.
            switch (now - _asked > TimeSpan.FromSeconds(30) ? 4 : random.Next(6))
            {
                case 0 or 1 when _tokens > 0:
                    _tokens--;
                    _inFlight++;
                    return (ledger, true);
                case 2 or 3 when _inFlight > 0:
                    // Anywhere between sending and hearing, Hetzner counts.
                    _heard = hetzner.Send(now);
                    _inFlight--;
                    return (ledger, true);
                case 5 when random.Next(20) == 0:
                    return (ledger, false);
                default:
                    var waiting = new RequestsWaiting(random.Next(3), random.Next(3), random.Next(5), random.Next(3));
                    var report = _heard is { } h ? new RateLimitReport(hetzner.Limit, h.Remaining, now - h.At) : null;
                    var (next, grant) = ledger.Exchange(name, new RequestDemand(waiting, _inFlight, _tokens, report), now);
                    (_heard, _tokens, _asked) = (null, grant.Granted, now);
                    return (next, true);
            }
        }
    }
}
