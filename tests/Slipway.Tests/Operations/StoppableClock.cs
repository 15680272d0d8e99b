namespace Slipway.Tests.Operations;

/// <summary>Real time, until it is stopped: what lives by it then is as a process that hangs, and finds the time gone when it goes on.</summary>
internal sealed class StoppableClock : TimeProvider
{
    private readonly Lock _gate = new();
    private (DateTimeOffset Now, long Timestamp)? _stopped;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return (_stopped?.Now ?? System.GetUtcNow()) + Ahead;
        }
    }

    /// <summary>How wrong this clock goes.</summary>
    public TimeSpan Ahead { get; set; }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _stopped?.Timestamp ?? System.GetTimestamp();
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = (System.GetUtcNow(), System.GetTimestamp());
        }
    }

    public void GoOn()
    {
        lock (_gate)
        {
            _stopped = null;
        }
    }
}
