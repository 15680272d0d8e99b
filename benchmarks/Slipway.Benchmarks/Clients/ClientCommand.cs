using System.CommandLine;
using System.Globalization;

namespace Slipway.Benchmarks.Clients;

/// <summary>The <c>client</c> command, and what it starts in processes of their own.</summary>
public static class ClientCommand
{
    public static Command Create()
    {
        var servers = Count("--servers", 200, "Servers to create and delete");
        var listed = Count("--listed", 10_000, "Servers to list");
        var held = Count("--held", 20_000, "Servers LocalCloud holds under load");
        var only = new Option<string?>("--only") { Description = "One table: list, churn, limited or localcloud" };
        only.AcceptOnlyFromAmong("list", "churn", "limited", "localcloud");
        var program = new Option<FileInfo>("--localcloud") { Required = true };
        var work = new Option<DirectoryInfo>("--work") { Required = true };
        var command = new Command("client", "Slipway.Hetzner beside the hcloud CLI and python3-hcloud, and LocalCloud's own speed") { servers, listed, held, only, program, work };
        command.SetAction(async (parsed, cancellation) =>
        {
            var clients = new ClientBenchmark(parsed.GetValue(program)!, parsed.GetValue(work)!, Console.Out);
            var cloud = new CloudBenchmark(parsed.GetValue(program)!, parsed.GetValue(work)!, Console.Out);
            (string Name, Func<Task> Run)[] tables =
            [
                ("list", () => clients.ListAsync(parsed.GetValue(listed), cancellation)),
                ("churn", () => clients.ChurnAsync(parsed.GetValue(servers), cancellation)),
                ("limited", () => clients.ChurnLimitedAsync(parsed.GetValue(servers), cancellation)),
                ("localcloud", () => cloud.RunAsync(parsed.GetValue(held), cancellation)),
            ];
            foreach (var (_, run) in tables.Where(t => parsed.GetValue(only) is not { } wanted || wanted == t.Name))
            {
                await run();
            }

            Console.WriteLine($"Made by: ./bench client --servers {parsed.GetValue(servers)} --listed {parsed.GetValue(listed)} --held {parsed.GetValue(held)}");
            return 0;
        });
        return command;
    }

    /// <summary>Our contender, as the client command starts it.</summary>
    public static async Task<int> RunOwnAsync(string[] arguments)
    {
        using var hetzner = OwnClient.Connect();
        var own = new OwnClient(hetzner, Console.Out, Console.Error);
        await (arguments is ["own-churn", var servers, var atOnce]
            ? own.ChurnAsync(int.Parse(servers, CultureInfo.InvariantCulture), int.Parse(atOnce, CultureInfo.InvariantCulture), CancellationToken.None)
            : own.ListAsync(CancellationToken.None));
        return 0;
    }

    private static Option<int> Count(string name, int standard, string description) => new(name) { DefaultValueFactory = _ => standard, Description = description };
}
