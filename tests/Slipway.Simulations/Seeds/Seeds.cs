using System.Diagnostics;

namespace Slipway.Simulations;

/// <summary>Runs seeds one after another on every core.</summary>
internal static class Seeds
{
    public static SimulationResult Run(WorldDatabase store, int seed, PlantedBug bug = PlantedBug.None)
    {
        using var simulation = new Simulation(store, seed, bug);
        try
        {
            return simulation.Run();
        }
        catch (Exception e)
        {
            return new SimulationResult(seed, [$"the simulation itself broke: {e}"], simulation.Log);
        }
    }

    /// <param name="store">Where the databases are.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="atMost">No seed is begun after this; null for as long as it takes.</param>
    /// <param name="stopAfter">How many broken ones are enough.</param>
    /// <param name="bug">The bug that is planted.</param>
    /// <returns>How many were run, and those that broke, the smallest seed first.</returns>
    public static (int Run, IReadOnlyList<SimulationResult> Broken) RunMany(
        WorldDatabase store, int first, int count, TimeSpan? atMost = null, int stopAfter = 10, PlantedBug bug = PlantedBug.None)
    {
        var begun = Stopwatch.GetTimestamp();
        var run = 0;
        var broken = new List<SimulationResult>();
        Workers.ForEach(Enumerable.Range(first, count), seed =>
        {
            var result = Run(store, seed, bug);
            lock (broken)
            {
                run++;
                if (result.Broken.Count > 0)
                {
                    broken.Add(result);
                }

                return broken.Count < stopAfter && (atMost is null || Stopwatch.GetElapsedTime(begun) < atMost);
            }
        });
        return (run, [.. broken.OrderBy(b => b.Seed)]);
    }

    /// <returns>The seeds whose second run is not the first, byte for byte, and where they part.</returns>
    public static IReadOnlyList<string> ThatDiffer(WorldDatabase store, int first, int count)
    {
        var differ = new List<string>();
        Workers.ForEach(Enumerable.Range(first, count), seed =>
        {
            var (one, two) = (Run(store, seed).Log, Run(store, seed).Log);
            if (one != two || one.Length < 1000)
            {
                lock (differ)
                {
                    var (a, b) = (one.Split('\n'), two.Split('\n'));
                    var at = a.Zip(b).TakeWhile(p => p.First == p.Second).Count();
                    differ.Add($"seed {seed}, line {at + 1}:\n  {a.ElementAtOrDefault(at)}\n  {b.ElementAtOrDefault(at)}");
                }
            }

            return true;
        });
        return differ;
    }

    public static string Explain(SimulationResult result) =>
        $"seed {result.Seed}: {string.Join("\n    ", result.Broken)}\n    replay: dotnet run --project tests/Slipway.Simulations -- --seed {result.Seed}";
}
