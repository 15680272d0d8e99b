using Slipway.Storage;

namespace Slipway.Operations.Nodes;

/// <summary>
/// This process among those on the same database. It may act only while it is sure that no other takes it for dead: sureness ends
/// (<see cref="ValidFor"/>) before anybody may take over what it carries (<see cref="DeadAfter"/>). Each measures on its own clock.
/// </summary>
public sealed class Membership(IdSource ids, TimeProvider time) : IDisposable
{
    /// <summary>How often a node says that it lives.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1.5);

    /// <summary>How long after a heartbeat that arrived a node may go on without another.</summary>
    public static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(7.5);

    /// <summary>How long nothing must be heard of a node before others take it for dead.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(9.5);

    private readonly Lock _gate = new();
    private int _lives;
    private TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Life _current = new("alone", time, limited: false);

    /// <summary>Names this process to the alarm clock; made at the first use.</summary>
    internal string Process => field ??= ids.Next("node");

    /// <summary>What this process does now belongs to this life.</summary>
    internal Life Current => Volatile.Read(ref _current);

    /// <summary>The name rows carry of whom this process now is.</summary>
    public string Id => Current.Id;

    /// <summary>False for a process that shares its database with nobody.</summary>
    public bool IsShared => Current.IsLimited;

    /// <summary>Whether this process may act.</summary>
    public bool IsCurrent => Current.IsCurrent;

    /// <summary>A new life, in which nothing of the last one is carried any more.</summary>
    internal Life NewLife() => new($"{Process}-{Interlocked.Increment(ref _lives)}", time, limited: true);

    /// <summary>From now on this process lives it.</summary>
    internal void Enter(Life life)
    {
        Life last;
        TaskCompletionSource entered;
        lock (_gate)
        {
            (last, entered) = (_current, _entered);
            _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _current, life);
        }

        last.End();
        entered.SetResult();
    }

    /// <summary>Returns when this process may act.</summary>
    internal async Task WaitUntilCurrentAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task entered;
            lock (_gate)
            {
                entered = _entered.Task;
            }

            if (IsCurrent)
            {
                return;
            }

            await entered.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => Current.End();
}

/// <summary>From joining the nodes to being taken for dead, or to the doubt of it.</summary>
internal sealed class Life : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private readonly Lock _gate = new();
    private long _confirmed;
    private DateTimeOffset _confirmedAt;

    public Life(string id, TimeProvider time, bool limited)
    {
        (Id, _time, IsLimited) = (id, time, limited);
        (_confirmed, _confirmedAt) = (time.GetTimestamp(), time.GetUtcNow());
        _timer = limited ? time.CreateTimer(_ => EndIfOver(), null, Membership.ValidFor, Timeout.InfiniteTimeSpan) : null;
    }

    public string Id { get; }

    public bool IsLimited { get; }

    /// <summary>Cuts off what is done in this life.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Reads the clock instead of trusting the timer: a process that was stopped and goes on looks here before its timer fires.</summary>
    public bool IsCurrent
    {
        get
        {
            EndIfOver();
            return !_ended.IsCancellationRequested;
        }
    }

    /// <param name="timestamp">When the heartbeat that arrived was sent.</param>
    /// <param name="at">The same by the wall clock, which also counts the time a virtual machine was paused.</param>
    public void Confirm(long timestamp, DateTimeOffset at)
    {
        lock (_gate)
        {
            (_confirmed, _confirmedAt) = (timestamp, at);
        }

        EndIfOver();
    }

    public void End()
    {
        _timer?.Dispose();
        _ended.Cancel();
    }

    public void Dispose() => End();

    private void EndIfOver()
    {
        if (!IsLimited || _ended.IsCancellationRequested)
        {
            return;
        }

        TimeSpan left;
        lock (_gate)
        {
            var since = _time.GetElapsedTime(_confirmed);
            var byWallClock = _time.GetUtcNow() - _confirmedAt;
            left = Membership.ValidFor - (since > byWallClock ? since : byWallClock);
        }

        if (left <= TimeSpan.Zero)
        {
            End();
        }
        else
        {
            _timer!.Change(left, Timeout.InfiniteTimeSpan);
        }
    }
}
