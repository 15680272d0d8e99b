using Slipway.Hetzner;

namespace Slipway.Machines.Sharing;

/// <summary>What one node has of the budget, and who waits there, as it last said.</summary>
internal sealed record BudgetShare
{
    public required string Node { get; init; }

    /// <summary>Requests granted to it of which Hetzner may not know yet.</summary>
    public int Held { get; init; }

    public int Destroys { get; init; }

    public int Creates { get; init; }

    public int Reads { get; init; }

    public int Lists { get; init; }

    public DateTimeOffset SeenAt { get; init; }

    /// <summary>When it was heard of before that.</summary>
    public DateTimeOffset SeenBefore { get; init; }

    /// <summary>What it may have sent at most since then.</summary>
    public int Spendable { get; init; }

    public int[] Waiting => [Destroys, Creates, Reads, Lists];
}

/// <summary>
/// The arithmetic of the one budget, pure. What the row holds and what the nodes hold is together never more than Hetzner has: it refills with
/// time, comes down to what an answer says, and goes up to it only by what nobody can have sent since that answer.
/// </summary>
/// <param name="Tokens">Requests that are in nobody's hands.</param>
/// <param name="PerHour">Hetzner's limit; the bucket's size and what refills in an hour. 0 before the first answer.</param>
/// <param name="AsOf">When that was so, by the clock all share.</param>
/// <param name="Shares">What the nodes hold.</param>
internal sealed record BudgetLedger(double Tokens, int PerHour, DateTimeOffset AsOf, IReadOnlyList<BudgetShare> Shares)
{
    /// <summary>A node that has not asked for so long no longer waits.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    /// <summary>A node that has not been heard of for so long has sent what it had, or never will.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(60);

    /// <summary>A few seconds' worth beyond what waits now, while there is plenty.</summary>
    private const int Ahead = 5;

    /// <summary>Enough to ask with, before anything is known.</summary>
    private const int First = 10;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private double PerSecond => (PerHour == 0 ? 3600 : PerHour) / 3600.0;

    /// <summary>Never given away, because what answers say is rounded.</summary>
    private double Margin => PerHour == 0 ? 0 : Math.Min(1, PerHour / 20.0);

    /// <summary>A bucket of which nothing is known.</summary>
    public static BudgetLedger Unknown(DateTimeOffset now) => new(First, 0, now, []);

    public (BudgetLedger Next, RequestGrant Grant) Exchange(string node, RequestDemand demand, DateTimeOffset now)
    {
        var others = Shares.Where(s => s.Node != node && now - s.SeenAt < Forgotten).ToList();
        var held = others.Sum(s => s.Held) + demand.InFlight;
        var last = Shares.FirstOrDefault(s => s.Node == node);
        var ledger = Refill(now, held, demand.Returned).Correct(demand, others, now);
        int[] wanted = [demand.Waiting.Destroys, demand.Waiting.Creates, demand.Waiting.Reads, demand.Waiting.Lists];
        var waitingElsewhere = others.Where(s => now - s.SeenAt <= Fresh).Select(s => s.Waiting).ToList();
        var (granted, missing) = ledger.Grant(wanted, waitingElsewhere);
        var share = new BudgetShare
        {
            Node = node,
            Held = demand.InFlight + granted,
            Spendable = (last?.Held ?? 0) + granted,
            SeenBefore = last?.SeenAt ?? now,
            Destroys = Left(0),
            Creates = Left(1),
            Reads = Left(2),
            Lists = Left(3),
            SeenAt = now,
        };
        var pause = missing > 0 ? TimeSpan.FromSeconds(missing / ledger.PerSecond) : TimeSpan.Zero;
        return (
            ledger with { Tokens = ledger.Tokens - granted, Shares = [.. others, share] },
            new RequestGrant(granted, (int)Math.Max(0, ledger.Tokens - granted), missing > 0 ? Between(ShortestPause, pause, LongestPause) : TimeSpan.Zero));

        int Left(int rank) => Math.Clamp(wanted.Take(rank + 1).Sum() - granted, 0, wanted[rank]);
    }

    private BudgetLedger Refill(DateTimeOffset now, int held, int returned)
    {
        var since = now > AsOf ? (now - AsOf).TotalSeconds : 0;
        return this with { Tokens = Math.Min((PerHour == 0 ? First : PerHour) - held, Tokens + returned + (since * PerSecond)), AsOf = now > AsOf ? now : AsOf };
    }

    private BudgetLedger Correct(RequestDemand demand, List<BudgetShare> others, DateTimeOffset now)
    {
        if (demand.Report is not { } report)
        {
            return this;
        }

        var said = now - report.Age;
        var known = this with { PerHour = report.Limit };
        var left = report.Remaining + (report.Age.TotalSeconds * known.PerSecond) - demand.InFlight;
        // What is left is told in whole requests; the part that is cut off is up to one.
        var most = left + (report.Remaining == 0 ? 0 : 1);
        var least = left - others.Sum(other => MaySendAfter(said, other));
        return known with { Tokens = PerHour == report.Limit ? Math.Max(Math.Min(Tokens, most), least) : double.IsFinite(least) ? least : most - others.Sum(o => o.Held) };
    }

    /// <summary>How much of what is left in an answer another may have sent since.</summary>
    private static double MaySendAfter(DateTimeOffset said, BudgetShare other) =>
        other.SeenAt <= said ? other.Held : other.SeenBefore <= said ? other.Spendable : double.PositiveInfinity;

    /// <summary>In the order of classes, leaving each what higher ones wait for elsewhere.</summary>
    /// <returns>How many, and how much is missing for the first that got nothing.</returns>
    private (int Granted, double Missing) Grant(int[] wanted, List<int[]> elsewhere)
    {
        var granted = 0;
        for (var rank = 0; rank < wanted.Length; rank++)
        {
            var free = Tokens - Margin - granted - elsewhere.Sum(waiting => waiting.Take(rank).Sum());
            var give = Math.Clamp((int)free, 0, wanted[rank]);
            granted += give;
            if (give < wanted[rank])
            {
                return (granted, Math.Max(1 - (free - give), 0.01));
            }
        }

        var plenty = Tokens - granted - elsewhere.Sum(waiting => waiting.Sum()) - (PerHour / 10.0);
        return (granted + (granted > 0 ? Math.Clamp((int)plenty, 0, Ahead) : 0), 0);
    }

    private static TimeSpan Between(TimeSpan least, TimeSpan value, TimeSpan most) => value < least ? least : value > most ? most : value;
}
