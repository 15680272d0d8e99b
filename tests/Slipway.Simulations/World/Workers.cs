using System.Collections.Concurrent;

namespace Slipway.Simulations;

/// <summary>A thread a core, each with its own worlds: a world never leaves its thread.</summary>
internal static class Workers
{
    /// <summary>Runs one thing on a thread of its own.</summary>
    public static T Once<T>(Func<T> work)
    {
        T? result = default;
        ForEach([0], _ =>
        {
            result = work();
            return true;
        });
        return result!;
    }

    /// <param name="items">What to work through, in order.</param>
    /// <param name="work">Returns false to have everybody stop.</param>
    public static void ForEach<T>(IEnumerable<T> items, Func<T, bool> work)
    {
        var left = new ConcurrentQueue<T>(items);
        var failed = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(_ => new Thread(Loop, 16 * 1024 * 1024)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (failed.TryDequeue(out var first))
        {
            throw new InvalidOperationException("A world could not be run: " + first.Message, first);
        }

        void Loop()
        {
            try
            {
                while (failed.IsEmpty && left.TryDequeue(out var item))
                {
                    if (!work(item))
                    {
                        left.Clear();
                    }
                }
            }
            catch (Exception e)
            {
                failed.Enqueue(e);
            }
        }
    }
}
