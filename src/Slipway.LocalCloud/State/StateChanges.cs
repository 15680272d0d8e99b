namespace Slipway.LocalCloud.State;

/// <summary>Counts what changed, so that whoever keeps the cloud's state knows when there is something to keep. Costs next to nothing when nobody does.</summary>
internal sealed class StateChanges
{
    private long _version;

    /// <summary>Told after every change, under whatever lock the change was made.</summary>
    public event Action? Marked;

    public long Version => Interlocked.Read(ref _version);

    /// <summary>Something has changed that a restart must find again.</summary>
    public void Mark()
    {
        Interlocked.Increment(ref _version);
        Marked?.Invoke();
    }
}
