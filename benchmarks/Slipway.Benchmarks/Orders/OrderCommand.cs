using System.CommandLine;

namespace Slipway.Benchmarks.Orders;

/// <summary>The <c>order</c> command.</summary>
public static class OrderCommand
{
    public static Command Create()
    {
        var idle = new Option<int>("--idle") { DefaultValueFactory = _ => 200, Description = "Orders one at a time" };
        var orders = new Option<int>("--orders") { DefaultValueFactory = _ => 200, Description = "Orders that arrive in a second" };
        var events = new Option<int>("--events") { DefaultValueFactory = _ => 500, Description = "Events that arrive in a second" };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 15, Description = "How long they arrive" };
        var only = new Option<string?>("--only") { Description = "One of them: wire or webhook" };
        only.AcceptOnlyFromAmong("wire", "webhook");
        var localCloud = new Option<FileInfo>("--localcloud") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var command = new Command("order", "A paid order's way to Hetzner, and the webhook's answer") { idle, orders, events, seconds, only, localCloud, work };
        command.SetAction(async (parsed, cancellation) =>
        {
            var load = new OrderLoad(parsed.GetValue(idle), parsed.GetValue(orders), parsed.GetValue(events), parsed.GetValue(seconds));
            var chosen = parsed.GetValue(only);
            await new OrderBenchmark(parsed.GetValue(localCloud)!, parsed.GetValue(work)!, Console.Out)
                .RunAsync(chosen != "webhook", chosen != "wire", load, cancellation);
            Console.WriteLine($"Made by: ./bench order --idle {load.Idle} --orders {load.Orders} --events {load.Events} --seconds {load.Seconds}{(chosen is null ? "" : $" --only {chosen}")}");
            return 0;
        });
        return command;
    }

    /// <summary>What needs real machines, and so a stack of its own.</summary>
    public static Command CreateMachines()
    {
        var machines = new Option<int>("--machines") { DefaultValueFactory = _ => 50, Description = "Machines one after another" };
        var executor = new Option<string?>("--executor") { Description = "One of them: server or github-actions" };
        executor.AcceptOnlyFromAmong("server", "github-actions");
        var cloud = new Option<Uri>("--cloud") { Required = true, CustomParser = r => new Uri(r.Tokens[0].Value) };
        var server = new Option<Uri>("--server") { Required = true, CustomParser = r => new Uri(r.Tokens[0].Value) };
        var tokenFile = new Option<FileInfo>("--token-file") { Required = true };
        var commandLine = new Option<FileInfo>("--command-line") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var command = new Command("order-machines", "A paid order's way to a healthy agent on a real machine") { machines, executor, cloud, server, tokenFile, commandLine, work };
        command.SetAction(async (parsed, cancellation) =>
        {
            var token = (await File.ReadAllTextAsync(parsed.GetValue(tokenFile)!.FullName, cancellation)).Trim();
            using var runner = new WorkflowRunner(parsed.GetValue(cloud)!, parsed.GetValue(server)!, parsed.GetValue(commandLine)!);
            await new MachineBenchmark(parsed.GetValue(cloud)!, parsed.GetValue(server)!, token, runner, Console.Out)
                .RunAsync(parsed.GetValue(executor), parsed.GetValue(machines), cancellation);
            Console.WriteLine($"Made by: ./bench order --only machines --machines {parsed.GetValue(machines)}{(parsed.GetValue(executor) is { } one ? $" --executor {one}" : "")}");
            return 0;
        });
        return command;
    }
}
