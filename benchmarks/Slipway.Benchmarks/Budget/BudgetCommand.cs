using System.CommandLine;

namespace Slipway.Benchmarks.Budget;

/// <summary>The <c>budget</c> command.</summary>
public static class BudgetCommand
{
    public static Command Create()
    {
        var agents = new Option<int>("--agents") { DefaultValueFactory = _ => 100, Description = "Agents made at once, and destroyed at once" };
        var localCloud = new Option<FileInfo>("--localcloud") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var command = new Command("budget", "Hetzner requests per agent, beside a naive pipeline's") { agents, localCloud, work };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(agents);
            await new BudgetBenchmark(parsed.GetValue(localCloud)!, parsed.GetValue(work)!, TimeProvider.System, Console.Out).RunAsync(count, cancellation);
            Console.WriteLine($"Made by: ./bench budget --agents {count}");
            return 0;
        });
        return command;
    }
}
