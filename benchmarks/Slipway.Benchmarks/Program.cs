using System.CommandLine;
using Slipway.Benchmarks;
using Slipway.Benchmarks.Budget;
using Slipway.Benchmarks.Clients;
using Slipway.Benchmarks.Engine;
using Slipway.Benchmarks.Orders;
using Slipway.Benchmarks.Recovery;

if (args is ["own-list" or "own-churn", ..])
{
    return await ClientCommand.RunOwnAsync(args);
}

if (args is ["engine-node"])
{
    return await EngineNode.RunAsync();
}

var agents = new Option<int>("--agents") { DefaultValueFactory = _ => 20, Description = "Agents one after another" };
var atOnce = new Option<int>("--at-once") { DefaultValueFactory = _ => 8, Description = "Agents at the same time" };
var cloud = new Option<string>("--cloud") { Required = true };
var server = new Option<string>("--server") { Required = true };
var tokenFile = new Option<FileInfo>("--token-file") { Required = true };
var work = new Option<DirectoryInfo>("--work") { Required = true };
var boot = new Command("boot", "Paid event to health passed, beside a bare boot") { agents, atOnce, cloud, server, tokenFile, work };
boot.SetAction(async (parsed, cancellation) =>
{
    var token = (await File.ReadAllTextAsync(parsed.GetValue(tokenFile)!.FullName, cancellation)).Trim();
    using var bare = new BareBoot(new Uri(parsed.GetValue(cloud)!), parsed.GetValue(work)!.FullName);
    using var slipway = new PaidBoot(new Uri(parsed.GetValue(cloud)!), new Uri(parsed.GetValue(server)!), token);
    await new BootBenchmark(bare, slipway, Console.Out).RunAsync(parsed.GetValue(agents), parsed.GetValue(atOnce), cancellation);
    return 0;
});
return await new RootCommand("Slipway's measurements") { boot, ClientCommand.Create(), EngineCommand.Create(), RecoveryCommand.Create(), BudgetCommand.Create(), OrderCommand.Create(), OrderCommand.CreateMachines() }.Parse(args).InvokeAsync();
