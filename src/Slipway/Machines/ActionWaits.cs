using System.Collections.Concurrent;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>Waits for Hetzner's actions on behalf of operations, all through the client's one poller, and wakes whom they concern.</summary>
public sealed class ActionWaits(HetznerClient hetzner, OperationWaker operations, Database database)
{
    private readonly ConcurrentDictionary<long, Wait> _waits = new();

    /// <summary>How the action stands; the first look begins the wait.</summary>
    /// <returns>The finished action, or null while it runs.</returns>
    /// <exception cref="HetznerActionException">The action failed.</exception>
    public async Task<HetznerAction?> LookAsync(long action, string operationId)
    {
        var wait = _waits.GetOrAdd(action, id => Begin(id, operationId));
        if (!wait.Task.IsCompleted)
        {
            return null;
        }

        _waits.TryRemove(action, out _);
        return await wait.Task;
    }

    /// <summary>Ends the waiting: what the actions were to bring about is known already.</summary>
    public async Task ForgetAsync(IEnumerable<long> actions)
    {
        foreach (var action in actions)
        {
            if (_waits.TryRemove(action, out var wait))
            {
                await wait.Cancellation.CancelAsync();
            }
        }
    }

    private Wait Begin(long action, string operationId)
    {
        var cancellation = new CancellationTokenSource();
        var task = hetzner.Actions.WaitAsync(action, TimeSpan.FromMinutes(10), cancellationToken: cancellation.Token);
        _ = WakeAfterAsync(task, operationId);
        return new Wait(task, cancellation);
    }

    private async Task WakeAfterAsync(Task<HetznerAction> task, string operationId)
    {
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!task.IsCanceled)
        {
            await database.WriteAsync(transaction => operations.WakeAsync(transaction, operationId));
        }
    }

    private sealed record Wait(Task<HetznerAction> Task, CancellationTokenSource Cancellation);
}
