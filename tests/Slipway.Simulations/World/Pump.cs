using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.Simulations;

/// <summary>Runs everything of one world on one thread, in the order it came: so the same seed is the same run.</summary>
internal sealed class Pump : TaskScheduler
{
    private readonly ConcurrentQueue<object> _queue = new();
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static volatile int s_always;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Whether somebody is in the middle of something, so that a hop through the thread pool may be on its way back here.</summary>
    public Func<bool> IsAnybodyBusy { get; set; } = () => false;

    /// <summary>Starts work whose continuations come back here.</summary>
    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task<T> Start<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs it outside of any scheduler: the base library's own continuations then stay on this thread instead of going to the pool.</summary>
    public void Post(Action action) => _queue.Enqueue(action);

    /// <summary>Returns when nothing is left to run.</summary>
    public void Drain()
    {
        do
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
        while (IsAnybodyBusy() && ThreadPoolIsBack());
    }

    /// <summary>The base library sends some continuations through the thread pool (HttpClient after a pause, a semaphore that was waited for): they end up here.</summary>
    private bool ThreadPoolIsBack()
    {
        var begun = Stopwatch.GetTimestamp();
        var least = int.MaxValue;
        while (_queue.IsEmpty && (ThreadPool.PendingWorkItemCount > 0 || Working() > s_always))
        {
            least = Math.Min(least, Working());
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                // Who works all the time is none of ours: a test host has threads of its own.
                s_always = least;
                break;
            }

            Thread.Yield();
        }

        s_always = Math.Min(s_always, Working());
        return !_queue.IsEmpty;
    }

    private static int Working()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return most - free;
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.OfType<Task>();

    protected override void QueueTask(Task task) => _queue.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Environment.CurrentManagedThreadId == _thread && TryExecuteTask(task);
}
