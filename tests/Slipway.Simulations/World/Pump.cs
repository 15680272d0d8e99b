using System.Collections.Concurrent;

namespace Slipway.Simulations;

/// <summary>Runs everything of one world on one thread, in the order it came: so the same seed is the same run.</summary>
internal sealed class Pump : TaskScheduler
{
    private readonly ConcurrentQueue<object> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Starts work whose continuations come back here.</summary>
    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task<T> Start<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs it outside of any scheduler: the base library's own continuations then stay on this thread instead of going to the pool.</summary>
    public void Post(Action action) => _queue.Enqueue(action);

    /// <summary>Returns when nothing is left to run.</summary>
    public void Drain()
    {
        while (_queue.TryDequeue(out var item))
        {
            if (item is Task task)
            {
                TryExecuteTask(task);
            }
            else
            {
                ((Action)item)();
            }
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.OfType<Task>();

    protected override void QueueTask(Task task) => _queue.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Environment.CurrentManagedThreadId == _thread && TryExecuteTask(task);
}
