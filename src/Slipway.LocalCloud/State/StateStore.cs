using System.Threading.Channels;

namespace Slipway.LocalCloud.State;

/// <summary>Writes the cloud's state whenever something changed: at once for whoever waits for it, a little later for what happens by itself.</summary>
internal sealed partial class StateStore : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly StateDirectory _directory;
    private readonly StateChanges _changes;
    private readonly Func<CloudState> _take;
    private readonly TimeProvider _real;
    private readonly ILogger<StateStore> _logger;
    private readonly Channel<bool> _marks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly List<(long Version, TaskCompletionSource Done)> _waiting = [];
    private readonly ITimer _heartbeat;
    private readonly Task _saving;
    private TaskCompletionSource _urgent = NewSource();
    private long _saved;

    /// <summary>Writes the first time before it returns: from then on the directory is this cloud's.</summary>
    /// <param name="directory">Where to; disposed with the store.</param>
    /// <param name="changes">Tells when.</param>
    /// <param name="take">Takes all there is to keep.</param>
    /// <param name="real">Real time, whatever the cloud's is.</param>
    /// <param name="logger">Hears of what nobody waits for.</param>
    public StateStore(StateDirectory directory, StateChanges changes, Func<CloudState> take, TimeProvider real, ILogger<StateStore> logger)
    {
        (_directory, _changes, _take, _real, _logger) = (directory, changes, take, real, logger);
        _saved = changes.Version;
        directory.Write(take());
        changes.Marked += OnMarked;
        _heartbeat = real.CreateTimer(_ => directory.Touch(real.GetUtcNow()), null, TimeSpan.Zero, Heartbeat);
        _saving = Task.Run(SaveAsync);
    }

    /// <summary>Returns when everything marked so far is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public Task SavedAsync()
    {
        var wanted = _changes.Version;
        lock (_gate)
        {
            if (_saved >= wanted)
            {
                return Task.CompletedTask;
            }

            var done = NewSource();
            _waiting.Add((wanted, done));
            _urgent.TrySetResult();
            _marks.Writer.TryWrite(true);
            return done.Task;
        }
    }

    /// <summary>Writes for the last time; what happens afterwards is the next cloud's to find out.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Marked -= OnMarked;
        _marks.Writer.TryComplete();
        await _saving;
        await _heartbeat.DisposeAsync();
        try
        {
            _directory.Write(_take());
        }
        finally
        {
            _directory.Dispose();
        }
    }

    private void OnMarked() => _marks.Writer.TryWrite(true);

    private async Task SaveAsync()
    {
        while (await _marks.Reader.WaitToReadAsync())
        {
            Task urgent;
            lock (_gate)
            {
                urgent = _urgent.Task;
            }

            await Task.WhenAny(urgent, Task.Delay(Pause, _real), _marks.Reader.Completion);
            _marks.Reader.TryRead(out _);
            Save();
        }
    }

    private void Save()
    {
        // Read first: whatever was marked until here is in what is taken now.
        var version = _changes.Version;
        Exception? failure = null;
        try
        {
            _directory.Write(_take());
        }
        catch (Exception e)
        {
            failure = e;
            Log.NotWritten(_logger, _directory.Path, e);
        }

        List<TaskCompletionSource> done;
        lock (_gate)
        {
            _saved = failure is null ? version : _saved;
            done = _waiting.Where(w => w.Version <= version).Select(w => w.Done).ToList();
            _waiting.RemoveAll(w => w.Version <= version);
            _urgent = _waiting.Count == 0 && _urgent.Task.IsCompleted ? NewSource() : _urgent;
        }

        foreach (var one in done)
        {
            _ = failure is null
                ? one.TrySetResult()
                : one.TrySetException(new IOException($"The state could not be written to {_directory.Path}: {failure.Message}", failure));
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The state could not be written to {Directory}; requests that change something fail until it can")]
        public static partial void NotWritten(ILogger logger, string directory, Exception failure);
    }
}
