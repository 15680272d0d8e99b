using System.CommandLine;
using Slipway.Benchmarks.Engine;

namespace Slipway.Benchmarks.Recovery;

/// <summary>The <c>recovery</c> command.</summary>
public static class RecoveryCommand
{
    public static Command Create()
    {
        var provisions = new Option<int>("--provisions") { DefaultValueFactory = _ => 1000, Description = "Provisions in flight when a server is killed" };
        var only = new Option<string?>("--only") { Description = "One set-up: node or cluster" };
        only.AcceptOnlyFromAmong("node", "cluster");
        var localCloud = new Option<FileInfo>("--localcloud") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var postgres = new Option<string>("--postgres") { Required = true };
        // Given by the script to every measurement that has a database.
        var data = new Option<DirectoryInfo>("--postgres-data");
        var command = new Command("recovery", "From a server's kill -9 to everything's progress") { provisions, only, localCloud, work, postgres, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(provisions);
            (string Key, EngineSetup Setup)[] setups =
            [
                ("node", new EngineSetup("SQLite, 1 node, restarted at once", 1, null)),
                ("cluster", new EngineSetup("PostgreSQL, 3 nodes, 1 killed for good", 3, new Uri(parsed.GetValue(postgres)!)) { OneAddress = true }),
            ];
            var chosen = setups.Where(s => parsed.GetValue(only) is not { } wanted || wanted == s.Key).Select(s => s.Setup).ToList();
            await new RecoveryBenchmark(parsed.GetValue(localCloud)!, parsed.GetValue(work)!, TimeProvider.System, Console.Out).RunAsync(chosen, count, cancellation);
            Console.WriteLine($"Made by: ./bench recovery --provisions {count}{(parsed.GetValue(only) is { } one ? $" --only {one}" : "")}");
            return 0;
        });
        return command;
    }
}
