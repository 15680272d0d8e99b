using System.Diagnostics;
using System.Globalization;
using Slipway.Simulations;

// --seed N replays one seed and prints its log; --seeds N runs that many, from --from N on; --bug NAME plants one.
// --kills strikes every effect of every scenario, or of --scenario NAME; with --strike TROUBLE@EFFECT only that one, and prints its log.
using var store = new SqliteDatabases();
var bug = Enum.Parse<PlantedBug>(Option("--bug") ?? nameof(PlantedBug.None));
var begun = Stopwatch.GetTimestamp();
return Option("--seed") is { } one ? Replay(Number(one))
    : args.Contains("--kills") ? StrikeEverywhere()
    : RunSeeds(Number(Option("--from") ?? "1"), Number(Option("--seeds") ?? "2000"));

int Replay(int seed)
{
    SimulationResult? result = null;
    Workers.ForEach([seed], s =>
    {
        result = Seeds.Run(store, s, bug);
        return true;
    });
    Console.Write(result!.Log);
    Console.WriteLine(result.Broken.Count == 0 ? $"seed {seed}: all is well" : Seeds.Explain(result));
    return result.Broken.Count == 0 ? 0 : 1;
}

int RunSeeds(int first, int count)
{
    var (run, broken) = Seeds.RunMany(store, first, count, bug: bug);
    foreach (var result in broken)
    {
        Console.WriteLine(Seeds.Explain(result));
    }

    Console.WriteLine($"{run} seeds, {broken.Count} broken, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    return broken.Count == 0 ? 0 : 1;
}

int StrikeEverywhere()
{
    var kills = new KillAnywhere(store, bug);
    var total = 0;
    var failures = new List<string>();
    foreach (var scenario in Scenario.All.Where(s => Option("--scenario") is not { } name || s.Name == name))
    {
        List<Strike> strikes = [];
        Workers.ForEach([0], _ =>
        {
            strikes = [.. kills.Strikes(scenario)];
            return true;
        });
        if (Option("--strike") is { } wanted)
        {
            var strike = strikes.First(s => wanted == string.Create(CultureInfo.InvariantCulture, $"{s.Trouble}@{s.Effect.Number}"));
            Workers.ForEach([strike], s =>
            {
                Console.Write(kills.Run(scenario, s).Log);
                return true;
            });
            strikes = [strike];
        }

        var broken = kills.RunAll(strikes);
        total += strikes.Count;
        failures.AddRange(broken);
        Console.WriteLine($"{scenario}: {strikes.Count} strikes, {broken.Count} broken, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    }

    failures.ForEach(Console.WriteLine);
    Console.WriteLine($"{total} strikes, {failures.Count} broken, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    return failures.Count == 0 ? 0 : 1;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
