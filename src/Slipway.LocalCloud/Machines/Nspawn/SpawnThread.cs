using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The one thread that starts containers.</summary>
/// <remarks>
/// A container dies with its parent (PR_SET_PDEATHSIG), and to the kernel the parent is the thread that forked: a thread of the
/// pool may retire while the process lives on, and would take the machine with it.
/// </remarks>
internal sealed class SpawnThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public SpawnThread() =>
        new Thread(() =>
        {
            foreach (var action in _work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "nspawn" }.Start();

    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    public void Dispose() => _work.CompleteAdding();
}
