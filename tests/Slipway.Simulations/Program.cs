using System.Diagnostics;
using System.Globalization;
using Slipway.Simulations;
using Slipway.Tests.Storage;

// --seeds N runs that many, from --from N on, none begun after --within SECONDS; --seed N replays one and prints its log.
// --twice N runs each of that many seeds twice and compares the logs.
// --kills strikes every effect of every scenario, or of --scenario NAME; with --strike TROUBLE@EFFECT only that one, and prints its log.
// --bug NAME plants one; --enough N stops after that many broken; --postgres has kills run on PostgreSQL instead of SQLite.
// A cloud's host would watch the working directory for settings that change.
Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
var server = args.Contains("--postgres") ? new PostgresServer() : null;
await (server?.InitializeAsync() ?? Task.CompletedTask);
using WorldDatabase store = server is null ? new SqliteDatabases() : new PostgresDatabases(server);
var bug = Enum.Parse<PlantedBug>(Option("--bug") ?? nameof(PlantedBug.None));
var enough = Number(Option("--enough") ?? "10");
var begun = Stopwatch.GetTimestamp();
var code = Option("--seed") is { } seed ? Replay(Number(seed))
    : Option("--twice") is { } twice ? RunTwice(Number(twice))
    : args.Contains("--kills") ? StrikeEverywhere()
    : RunSeeds(Number(Option("--from") ?? "1"), Number(Option("--seeds") ?? "2000"));
store.Dispose();
await (server?.DisposeAsync() ?? Task.CompletedTask);
await Fixtures.DisposeAsync();
return code;

int Replay(int number)
{
    var result = Workers.Once(() => Seeds.Run(store, number, bug));
    Console.Write(result.Log);
    Console.WriteLine(result.Broken.Count == 0 ? $"seed {number}: all is well" : Seeds.Explain(result));
    return result.Broken.Count == 0 ? 0 : 1;
}

int RunTwice(int count)
{
    var differ = Seeds.ThatDiffer(store, Number(Option("--from") ?? "1"), count);
    differ.ToList().ForEach(Console.WriteLine);
    Console.WriteLine($"{count} seeds twice, {differ.Count} differ");
    return differ.Count == 0 ? 0 : 1;
}

int RunSeeds(int first, int count)
{
    TimeSpan? within = Option("--within") is { } seconds ? TimeSpan.FromSeconds(Number(seconds)) : null;
    var (run, broken) = Seeds.RunMany(store, first, count, within, enough, bug);
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
    var (total, failed) = (0, 0);
    foreach (var scenario in Scenario.All.Where(s => Option("--scenario") is not { } name || s.Name == name))
    {
        var (strikes, peace) = Workers.Once(() => kills.Strikes(scenario));
        if (Option("--strike") is { } wanted)
        {
            strikes = [.. strikes.Where(s => wanted == string.Create(CultureInfo.InvariantCulture, $"{s.Trouble}@{s.Effect.Number}"))];
            Console.Write(Workers.Once(() => kills.Run(scenario, strikes[0])).Log);
        }

        var broken = peace.Count > 0 ? [$"{scenario}, struck by nothing\n    {string.Join("\n    ", peace)}"] : kills.RunAll(strikes, enough);
        broken.ToList().ForEach(Console.WriteLine);
        total += strikes.Count;
        failed += broken.Count;
        Console.WriteLine($"{scenario}: {strikes.Count} strikes, {broken.Count} broken, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    }

    Console.WriteLine($"{total} strikes, {failed} broken, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    return failed == 0 ? 0 : 1;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
