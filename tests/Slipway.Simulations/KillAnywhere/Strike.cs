using System.Globalization;
using Slipway.Agents;

namespace Slipway.Simulations;

/// <summary>One trouble at one effect of one scenario.</summary>
/// <param name="LastChange">The last effect before it that changed something outside: what a stale read does not show yet.</param>
internal sealed record Strike(Scenario Scenario, Effect Effect, Trouble Trouble, int? LastChange)
{
    public override string ToString() => $"{Scenario.Name}: {Trouble} at {Effect}";
}

/// <summary>What a struck run came to; empty lists when all is well.</summary>
internal sealed record StruckRun(IReadOnlyList<string> Broken, IReadOnlyList<Effect> Effects, string Log);

/// <summary>Lists a scenario's effects by running it, then runs it again for each trouble at each effect.</summary>
internal sealed class KillAnywhere(WorldDatabase store, PlantedBug bug = PlantedBug.None)
{
    /// <summary>A read that arrives twice is a read.</summary>
    private static readonly Trouble[] OfReads = [Trouble.DieBefore, Trouble.DieAfter, Trouble.LoseAnswer, Trouble.StaleRead];
    private static readonly Trouble[] OfOthers = [Trouble.DieBefore, Trouble.DieAfter, Trouble.LoseAnswer, Trouble.Repeat];

    /// <summary>Of a question that is asked again and again while something is waited for, this many first and last ones are struck: between them nothing changes but the time.</summary>
    private const int OfRepeated = 4;

    /// <returns>Every trouble at every effect, each once, and what is broken even in peace.</returns>
    public (IReadOnlyList<Strike> Strikes, IReadOnlyList<string> Broken) Strikes(Scenario scenario)
    {
        var run = Run(scenario, null);
        var strikes = AtAnEnd(run.Effects)
            .SelectMany(e => (e.IsRead ? OfReads : OfOthers).Select(t => new Strike(scenario, e, t, LastChangeBefore(e, run.Effects))))
            .Where(s => s is not { Trouble: Trouble.StaleRead, LastChange: null })
            .DistinctBy(s => Outcome(s, run.Effects));
        return ([.. strikes], run.Broken);
    }

    public StruckRun Run(Scenario scenario, Strike? strike)
    {
        using var world = new World(store, seed: 1, bug, reusesLeases: !store.IsPostgres);
        var shop = new Shop(world);
        world.StartNode();
        scenario.Prepare(world, shop);
        world.WatchFromNow();
        var effects = new List<Effect>();
        world.Before = effect =>
        {
            effects.Add(effect);
            if (strike?.Trouble == Trouble.StaleRead && effect.Number == strike.LastChange)
            {
                world.KeepForStale(strike.Effect.Call!);
            }
        };
        world.Fate = effect => effect.Number == strike?.Effect.Number ? strike.Trouble : Trouble.None;
        scenario.Act(world, shop);
        world.RunUntilQuiet(TimeSpan.FromHours(6));
        world.Before = null;
        List<string> broken = [.. new Invariants(world).Check()];
        if (shop.Open > 0)
        {
            broken.Add("somebody outside never got an answer");
        }

        var status = world.Query<Agent>("SELECT * FROM agents")[0];
        if (!scenario.Ends.Contains(status.Status))
        {
            broken.Add($"the agent is {status.Status} ({status.Error})");
        }

        return new StruckRun(broken, effects, world.Log.ToString());
    }

    /// <summary>Runs all strikes on as many threads as there are cores; each world stays on one.</summary>
    /// <returns>What broke, strike by strike.</returns>
    public IReadOnlyList<string> RunAll(IReadOnlyList<Strike> strikes, int stopAfter = int.MaxValue)
    {
        var failures = new List<string>();
        Workers.ForEach(strikes, strike =>
        {
            StruckRun run;
            try
            {
                run = Run(strike.Scenario, strike);
            }
            catch (Exception e)
            {
                run = new StruckRun([e.ToString()], [], "");
            }

            lock (failures)
            {
                if (run.Broken.Count > 0)
                {
                    failures.Add(string.Create(CultureInfo.InvariantCulture, $"{strike}\n    {string.Join("\n    ", run.Broken)}"));
                }

                return failures.Count < stopAfter;
            }
        });
        return failures;
    }

    /// <summary>All changes, and of what repeats itself the first and the last; a commit is the same as another when it follows the same question.</summary>
    private static IEnumerable<Effect> AtAnEnd(IReadOnlyList<Effect> all)
    {
        string? call = null;
        var kinds = new List<(string Name, string? Follows, Effect Effect)>();
        foreach (var effect in all)
        {
            call = effect.IsCommit ? call : effect.Name;
            kinds.Add((effect.Name, effect.IsCommit ? call : null, effect));
        }

        return kinds.GroupBy(k => (k.Name, k.Follows), k => k.Effect)
            .Select(same => same.ToList())
            .SelectMany(same => same.Where((effect, at) => at < OfRepeated || at >= same.Count - OfRepeated || effect is { IsCommit: false, IsRead: false }))
            .OrderBy(effect => effect.Number);
    }

    /// <summary>Who dies after one change dies before the next, if that is at the same moment: what is left behind is the same.</summary>
    private static (Trouble, int?, DateTimeOffset) Outcome(Strike strike, IReadOnlyList<Effect> all)
    {
        var effect = strike.Effect;
        return strike.Trouble switch
        {
            Trouble.DieAfter when !effect.IsRead => (Trouble.DieAfter, effect.Number, effect.At),
            Trouble.DieAfter or Trouble.DieBefore => (Trouble.DieAfter, all.LastOrDefault(e => e.Number < effect.Number && !e.IsRead)?.Number, effect.At),
            _ => (strike.Trouble, effect.Number, effect.At),
        };
    }

    private static int? LastChangeBefore(Effect effect, IReadOnlyList<Effect> all) => all
        .LastOrDefault(e => e.Number < effect.Number && e is { IsCommit: false, IsRead: false }
            && !e.Call!.Address.AbsolutePath.StartsWith("/_local", StringComparison.Ordinal))?.Number;
}
