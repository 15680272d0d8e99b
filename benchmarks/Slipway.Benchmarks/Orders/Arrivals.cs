using System.Diagnostics;

namespace Slipway.Benchmarks.Orders;

/// <summary>
/// Work that comes when it comes, however long what came before it takes: each piece has its moment beforehand, random as those of independent customers are, and its time
/// runs from that moment, so that a server that falls behind is not asked less for it.
/// </summary>
public static class Arrivals
{
    /// <param name="count">How many.</param>
    /// <param name="perSecond">On average.</param>
    /// <param name="arrive">One of them, by its number and the time stamp of its moment; what it returns is its time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Latencies> RunAsync(int count, double perSecond, Func<int, long, Task<TimeSpan>> arrive, CancellationToken cancellationToken)
    {
        var moments = Moments(count, perSecond);
        var work = new List<Task<TimeSpan>>(count);
        var begun = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (var next = 0; next < count;)
        {
            for (var now = Stopwatch.GetTimestamp() - begun; next < count && moments[next] <= now; next++)
            {
                var (number, moment) = (next, begun + moments[next]);
                work.Add(Task.Run(() => arrive(number, moment), cancellationToken));
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }

        var sent = Stopwatch.GetElapsedTime(begun);
        return new Latencies(await Task.WhenAll(work)) { PerSecond = count / sent.TotalSeconds };
    }

    private static long[] Moments(int count, double perSecond)
    {
        // The same moments in every run.
        var random = new Random(1);
        var (moments, at) = (new long[count], 0.0);
        for (var i = 0; i < count; i++)
        {
            at -= Math.Log(1 - random.NextDouble()) / perSecond;
            moments[i] = (long)(at * Stopwatch.Frequency);
        }

        return moments;
    }
}

/// <summary>How long each of many took.</summary>
public sealed record Latencies(IReadOnlyCollection<TimeSpan> Times)
{
    private readonly IReadOnlyList<TimeSpan> _sorted = [.. Times.Order()];

    /// <summary>How many came in a second; null when one came after another.</summary>
    public double? PerSecond { get; init; }

    public TimeSpan At(double quantile) => _sorted[Math.Clamp((int)Math.Ceiling(quantile * _sorted.Count) - 1, 0, _sorted.Count - 1)];
}
