using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Slipway.Operations;

/// <summary>Wake-ups within this process. They only hurry: the truth is in the rows, and losing one costs a moment.</summary>
public sealed class OperationSignals
{
    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _changed = new(StringComparer.Ordinal);

    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Completes at the next change of the operation's timeline; take it before reading the timeline.</summary>
    public Task NextChangeAsync(string id) => _changed.GetOrAdd(id, static _ => NewSignal()).Task;

    internal void Changed(string id)
    {
        if (_changed.TryRemove(id, out var signal))
        {
            signal.TrySetResult();
        }
    }

    /// <summary>Says that something may be due now that nobody carries.</summary>
    internal void SayDue() => _due.Writer.TryWrite(true);

    /// <summary>Whether that was said and nobody has looked yet.</summary>
    internal bool IsDue => _due.Reader.TryPeek(out _);

    /// <summary>Returns when that was said since the last time.</summary>
    internal async Task UntilDueAsync(CancellationToken cancellationToken) => await _due.Reader.ReadAsync(cancellationToken);

    /// <summary>Says that this process carries the operation now, so that a wake-up reaches it.</summary>
    internal Held Hold(string id) => _held[id] = new Held(this, id);

    /// <returns>False when this process does not carry the operation.</returns>
    internal bool Wake(string id)
    {
        var found = _held.TryGetValue(id, out var held);
        held?.Wake();
        return found;
    }

    /// <summary>Has all that is held look at its row: something may have been missed.</summary>
    internal void WakeAll()
    {
        foreach (var held in _held.Values)
        {
            held.Wake();
        }
    }

    internal bool Holds(string id) => _held.ContainsKey(id);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed class Held(OperationSignals owner, string id) : IDisposable
    {
        private volatile TaskCompletionSource _signal = NewSignal();

        public bool IsAwake => _signal.Task.IsCompleted;

        /// <summary>Forgets earlier wake-ups; call it before reading the row, never after.</summary>
        public void Reset() => _signal = NewSignal();

        public void Wake() => _signal.TrySetResult();

        public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken stopping)
        {
            if (time <= TimeSpan.Zero)
            {
                return;
            }

            try
            {
                await _signal.Task.WaitAsync(time, clock, stopping);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                // Both mean: look at the row, or stop; the caller's loop decides which.
            }
        }

        public void Dispose() => owner._held.TryRemove(new KeyValuePair<string, Held>(id, this));
    }
}
