using Slipway.Testing;

namespace Slipway.Hetzner.Tests;

/// <summary>
/// Runs asynchronous work on this thread alone: first everything that can run, then the clock moves by a step, and again.
/// So every time a test sees is exact, whatever else the machine does.
/// </summary>
internal sealed class SteppedClock : SynchronizationContext
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromHours(2);

    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();

    public static T Run<T>(ManualTimeProvider time, Func<Task<T>> work)
    {
        var before = Current;
        var pump = new SteppedClock();
        SetSynchronizationContext(pump);
        try
        {
            var end = time.GetUtcNow() + Limit;
            var running = work();
            for (pump.Drain(); !running.IsCompleted; pump.Drain())
            {
                (time.GetUtcNow() < end).ShouldBeTrue("the work should have ended within two hours of the test's clock");
                time.Advance(Step);
            }

            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>
    /// Awaits a failure on this thread. Shouldly's ThrowAsync continues on the thread pool, and the clock would run on meanwhile.
    /// </summary>
    public static async Task<TException> FailureOf<TException>(Task work)
        where TException : Exception
    {
        try
        {
            await work;
        }
        catch (TException e)
        {
            return e;
        }

        throw new ShouldAssertException($"The work should have failed with {typeof(TException).Name}, but ended well.");
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
        {
            _ready.Enqueue((d, state));
        }
    }

    private void Drain()
    {
        while (true)
        {
            (SendOrPostCallback Callback, object? State) next;
            lock (_ready)
            {
                if (!_ready.TryDequeue(out next))
                {
                    return;
                }
            }

            next.Callback(next.State);
        }
    }
}
