using System.CommandLine;

namespace Slipway.Benchmarks.Engine;

/// <summary>The <c>engine</c> command.</summary>
public static class EngineCommand
{
    public static Command Create()
    {
        var provisions = new Option<int>("--provisions") { DefaultValueFactory = _ => 10_000, Description = "Provisions in flight at once; a hundredth and a tenth are measured too" };
        var only = new Option<string?>("--only") { Description = "One set-up: sqlite, postgres or cluster" };
        only.AcceptOnlyFromAmong("sqlite", "postgres", "cluster");
        var localCloud = new Option<FileInfo>("--localcloud") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var postgres = new Option<string>("--postgres") { Required = true };
        var data = new Option<DirectoryInfo>("--postgres-data") { Required = true };
        var command = new Command("engine", "Provisions a second, and what each costs") { provisions, only, localCloud, work, postgres, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(provisions);
            (string Key, EngineSetup Setup)[] setups =
            [
                ("sqlite", new EngineSetup("SQLite, 1 node", 1, null)),
                ("postgres", new EngineSetup("PostgreSQL, 1 node", 1, new Uri(parsed.GetValue(postgres)!))),
                ("cluster", new EngineSetup("PostgreSQL, 3 nodes", 3, new Uri(parsed.GetValue(postgres)!))),
            ];
            var chosen = setups.Where(s => parsed.GetValue(only) is not { } wanted || wanted == s.Key).Select(s => s.Setup).ToList();
            int[] sizes = [.. new[] { count / 100, count / 10, count }.Where(s => s > 0)];
            await new EngineBenchmark(parsed.GetValue(localCloud)!, parsed.GetValue(work)!, Console.Out)
                .RunAsync(chosen, sizes, () => PostgresCpu.Read(parsed.GetValue(data)), cancellation);
            Console.WriteLine($"Made by: ./bench engine --provisions {count}{(parsed.GetValue(only) is { } one ? $" --only {one}" : "")}");
            return 0;
        });
        return command;
    }
}
