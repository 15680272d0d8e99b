using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.Ssh;

/// <summary>
/// Starts every child process from one thread that never ends. <c>setpriv --pdeathsig</c> ends a child when the <em>thread</em> that started
/// it ends (prctl(2), PR_SET_PDEATHSIG); on a thread of the pool an agent would die whenever the pool shrinks.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> Requests = Open();

    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        // Continuations must not run on the starter's thread.
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((info, started));
        return started.Task;
    }

    private static BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> Open()
    {
        var requests = new BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)>();
        new Thread(() => Serve(requests)) { IsBackground = true, Name = "SSH process starter" }.Start();
        return requests;
    }

    private static void Serve(BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> requests)
    {
        foreach (var (info, started) in requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
            {
                started.SetException(new SshException(
                    SshFailure.ClientFailed, "", $"'{info.FileName}' could not be started: {exception.Message}", exception));
            }
        }
    }
}
