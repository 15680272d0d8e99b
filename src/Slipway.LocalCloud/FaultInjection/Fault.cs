using System.Collections.Concurrent;
using System.Globalization;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Trouble that was asked for: its kind, what it was told, and how often it struck. Counted under the list's lock.</summary>
internal sealed class Fault(string id, FaultKind kind, IReadOnlyDictionary<string, string> told) : IDisposable
{
    private readonly CancellationTokenSource _takenBack = new();
    private readonly Random _dice = new(ToNumber(told.GetValueOrDefault("seed") ?? "1"));
    private int _occasions;

    public string Id => id;

    public FaultKind Kind => kind;

    public IReadOnlyDictionary<string, string> Told => told;

    public int Hits { get; private set; }

    public int Times => Number("times");

    /// <summary>How often it is still going to strike; null for as often as it can.</summary>
    public int? Remaining => Times == 0 ? null : Math.Max(0, Times - Hits);

    public bool Spent => Remaining == 0;

    /// <summary>Cancelled when the fault is taken back: whoever it holds goes on.</summary>
    public CancellationToken TakenBack => _takenBack.Token;

    /// <summary>Actions it keeps from going on.</summary>
    public ConcurrentDictionary<long, bool> Holds { get; } = new();

    /// <summary>Servers it keeps locked, and how long.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> LockedUntil { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers it remembers, by URL.</summary>
    public ConcurrentDictionary<string, RecordedAnswer> Stale { get; } = new(StringComparer.Ordinal);

    public static Fault Restore(FaultState state, FaultKind kind)
    {
        var fault = new Fault(state.Id, kind, state.Told) { Hits = state.Hits, _occasions = state.Occasions };
        // The dice fall from here on as they would have.
        for (var thrown = fault.Number("nth"); thrown <= state.Occasions; thrown++)
        {
            _ = fault._dice.NextDouble();
        }

        foreach (var action in state.Holds)
        {
            fault.Holds[action] = true;
        }

        foreach (var (server, until) in state.LockedUntil)
        {
            fault.LockedUntil[server] = until;
        }

        foreach (var (url, answer) in state.Stale)
        {
            fault.Stale[url] = answer;
        }

        return fault;
    }

    public FaultState Keep() => new(
        id, kind.Name, told, Hits, _occasions, [.. Holds.Keys.Order()], new SortedDictionary<string, DateTimeOffset>(LockedUntil, StringComparer.Ordinal),
        new SortedDictionary<string, RecordedAnswer>(Stale, StringComparer.Ordinal));

    public string? Text(string name) => told.GetValueOrDefault(name) ?? kind.Parameters.FirstOrDefault(p => p.Name == name)?.Default;

    public int Number(string name) => ToNumber(Text(name)!);

    /// <summary>Whether it strikes on this occasion.</summary>
    public bool Strikes()
    {
        if (Spent || ++_occasions < Number("nth") || _dice.NextDouble() >= double.Parse(Text("probability")!, CultureInfo.InvariantCulture))
        {
            return false;
        }

        Hits++;
        return true;
    }

    /// <summary>Whether what it was told under this name means this value; told nothing, it means everything.</summary>
    public bool Means(string name, params ReadOnlySpan<string> values)
    {
        if (Text(name) is not { } pattern)
        {
            return true;
        }

        foreach (var value in values)
        {
            if (pattern is [.. var prefix, '*'] ? value.StartsWith(prefix, StringComparison.Ordinal) : value == pattern)
            {
                return true;
            }
        }

        return false;
    }

    public void TakeBack() => _takenBack.Cancel();

    public void Dispose() => _takenBack.Dispose();

    private static int ToNumber(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
