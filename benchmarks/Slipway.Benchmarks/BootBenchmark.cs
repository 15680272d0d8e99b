using System.Globalization;

namespace Slipway.Benchmarks;

/// <summary>Bare boots and paid boots in one run, taking turns, so that whatever else the computer does touches both.</summary>
public sealed class BootBenchmark(BareBoot bare, PaidBoot slipway, TextWriter output)
{
    public async Task RunAsync(int agents, int atOnce, CancellationToken cancellationToken)
    {
        // The first of each pays for caches and compilation; it is not counted.
        await bare.RunAsync(cancellationToken);
        await slipway.RunAsync(cancellationToken);

        var (bareTimes, paidRuns) = (new List<TimeSpan>(), new List<PaidRun>());
        var requests = int.MaxValue;
        for (var i = 0; i < agents; i++)
        {
            bareTimes.Add(await bare.RunAsync(cancellationToken));
            var before = await slipway.CountHetznerRequestsAsync(cancellationToken);
            paidRuns.Add(await slipway.RunAsync(cancellationToken));
            requests = Math.Max(requests == int.MaxValue ? 0 : requests, await slipway.CountHetznerRequestsAsync(cancellationToken) - before);
        }

        Write($"## {agents} one after another", bareTimes, paidRuns);
        Line($"Hetzner requests per agent life (create to gone), the most seen: {requests}");

        if (atOnce > 0)
        {
            var bareTogether = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => bare.RunAsync(cancellationToken)));
            var paidTogether = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => slipway.RunAsync(cancellationToken)));
            Write($"## {atOnce} at once", bareTogether, paidTogether);
        }

        await bare.ForgetKeyAsync();
        Line($"Made by: ./bench boot --agents {agents} --at-once {atOnce}");
    }

    private void Write(string title, IReadOnlyList<TimeSpan> bareTimes, IReadOnlyList<PaidRun> paid)
    {
        Line(title);
        Line("");
        Line("| seconds | p50 | p95 | p99 |");
        Line("|---|---|---|---|");
        Row("bare boot + one SSH command", bareTimes);
        Row("**Slipway: paid event → health passed**", [.. paid.Select(p => p.Total)]);
        foreach (var step in paid[0].Steps.Keys)
        {
            Row("· " + step, [.. paid.Select(p => p.Steps.GetValueOrDefault(step))]);
        }

        Line("");
        var ratio = At(paid.Select(p => p.Total), 0.5) / At(bareTimes, 0.5);
        Line(string.Create(CultureInfo.InvariantCulture, $"p50 ratio Slipway / bare: {ratio:0.00}"));
        Line("");
    }

    private void Row(string name, IReadOnlyList<TimeSpan> times) => Line(string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {At(times, 0.5).TotalSeconds:0.00} | {At(times, 0.95).TotalSeconds:0.00} | {At(times, 0.99).TotalSeconds:0.00} |"));

    private static TimeSpan At(IEnumerable<TimeSpan> times, double quantile)
    {
        var sorted = times.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    private void Line(string text) => output.WriteLine(text);
}
