using System.Globalization;

namespace Slipway.Benchmarks.Clients;

/// <summary>Slipway.Hetzner beside the CLI and python3-hcloud, against the same LocalCloud.</summary>
public sealed class ClientBenchmark(FileInfo program, DirectoryInfo work, TextWriter output)
{
    /// <summary>How many of each contender's runs there are; the middle one by wall time is shown.</summary>
    private const int Rounds = 3;

    private const int AtOnce = 50;

    /// <summary>Machines as slow as Hetzner's roughly are: here polling costs requests.</summary>
    private static readonly IReadOnlyList<string> Slow = ["--create-time", "8000", "--start-time", "3000"];

    public async Task ListAsync(int servers, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudProcess.StartAsync(program, work, Fleet.Unhurried, cancellationToken);
        await Fleet.MakeAsync(cloud, servers, cancellationToken);
        var rows = await TakeTurnsAsync(cloud, Rounds, c => c.List, cloud.ForgetCountsAsync, cancellationToken);
        Title($"List {servers:N0} servers", $"Rate limit off. The middle one of {Rounds} runs each, taking turns.");
        Table(rows, rate: false);
    }

    public async Task ChurnAsync(int servers, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudProcess.StartAsync(program, work, ["--rate-limit", "1000000000"], cancellationToken);
        var rows = await TakeTurnsAsync(cloud, Rounds, c => c.Churn(servers, AtOnce), cloud.ResetAsync, cancellationToken);
        Title(
            $"Create {servers} servers and wait until they run, delete them and wait; {AtOnce} at a time",
            $"Rate limit off; a create takes 0.3 s and a start 0.2 s (LocalCloud's defaults). The middle one of {Rounds} runs each, taking turns.");
        Table(rows, rate: false);
        var (ours, cli) = (rows[0].Measured.Wall, rows[1].Measured.Wall);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wall time {rows[0].Name} / {rows[1].Name}: {ours / cli:0.00}"));
        output.WriteLine();
    }

    public async Task ChurnLimitedAsync(int servers, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudProcess.StartAsync(program, work, Slow, cancellationToken);
        var rows = await TakeTurnsAsync(cloud, rounds: 1, c => c.Churn(servers, AtOnce), cloud.ResetAsync, cancellationToken);
        Title(
            "The same at Hetzner's default rate limit",
            "3,600 requests an hour, the bucket full at the start of each run; a create takes 8 s and a start 3 s. One run each.");
        Table(rows, rate: true);
    }

    private static async Task<IReadOnlyList<Row>> TakeTurnsAsync(
        CloudProcess cloud, int rounds, Func<Contender, IReadOnlyList<string>> command, Func<Task> before, CancellationToken cancellationToken)
    {
        var contenders = Contender.All(cloud.Url, CloudProcess.Token);
        var runs = contenders.ToDictionary(c => c.Name, _ => new List<Row>());
        // The cloud's first requests pay for its compilation: a short round that nobody sees.
        await WarmAsync(contenders, cancellationToken);
        for (var i = 0; i < rounds; i++)
        {
            foreach (var contender in contenders)
            {
                await before();
                var measured = await Measurement.OfAsync(contender, command(contender), cancellationToken);
                runs[contender.Name].Add(new Row(contender.Name, measured, await cloud.CountAsync(), await cloud.CountServersAsync()));
            }
        }

        return [.. contenders.Select(c => runs[c.Name].OrderBy(r => r.Measured.Wall).ElementAt(rounds / 2))];
    }

    private static async Task WarmAsync(IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        foreach (var contender in contenders)
        {
            await Measurement.OfAsync(contender, contender.Churn(5, 5), cancellationToken);
        }
    }

    private void Title(string title, string conditions)
    {
        output.WriteLine($"### {title}");
        output.WriteLine();
        output.WriteLine(conditions);
        output.WriteLine();
    }

    private void Table(IReadOnlyList<Row> rows, bool rate)
    {
        output.WriteLine("| | wall s | CPU s | peak MB of a process | requests |" + (rate ? " of them 429 | failed | left behind |" : ""));
        output.WriteLine("|---|---|---|---|---|" + (rate ? "---|---|---|" : ""));
        foreach (var (name, measured, requests, left) in rows)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {measured.Wall.TotalSeconds:0.00} | {measured.Cpu.TotalSeconds:0.00} | {measured.PeakKilobytes / 1000.0:0} | {requests.Total:N0} |"));
            output.WriteLine(rate ? string.Create(CultureInfo.InvariantCulture, $" {requests.RateLimited:N0} | {measured.Failures:N0} | {left:N0} |") : "");
            if (!rate && measured.Failures > 0)
            {
                throw new InvalidOperationException($"{name} failed {measured.Failures} times.");
            }
        }

        output.WriteLine();
    }

    private sealed record Row(string Name, Measurement Measured, RequestTotals Requests, int Left);
}
