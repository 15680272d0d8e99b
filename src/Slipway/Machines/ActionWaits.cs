using System.Collections.Concurrent;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>Waits for Hetzner's actions on behalf of operations, and wakes whom they concern.</summary>
public abstract class ActionWaits
{
    /// <summary>Whether all the actions are finished; the first look begins the wait, and the look that sees the end of all ends it.</summary>
    /// <exception cref="HetznerActionException">One failed: the earliest of the list, because later ones fail for its sake.</exception>
    public abstract Task<bool> AreFinishedAsync(IReadOnlyList<long> actions, string operationId);

    /// <summary>Ends the waiting: what the actions were to bring about is known already.</summary>
    public abstract Task ForgetAsync(IReadOnlyList<long> actions, string operationId);
}

/// <summary>The waits of an only node, all through the client's one poller.</summary>
public sealed class OwnActionWaits(HetznerClient hetzner, OperationWaker operations, Database database) : ActionWaits
{
    private readonly ConcurrentDictionary<long, Wait> _waits = new();

    public override async Task<bool> AreFinishedAsync(IReadOnlyList<long> actions, string operationId)
    {
        var waits = actions.Select(action => _waits.GetOrAdd(action, id => Begin(id, operationId))).ToList();
        if (waits.FirstOrDefault(wait => !wait.Task.IsCompletedSuccessfully) is { } open)
        {
            if (!open.Task.IsCompleted)
            {
                return false;
            }

            await ForgetAsync(actions, operationId);
            await open.Task;
        }

        await ForgetAsync(actions, operationId);
        return true;
    }

    public override Task ForgetAsync(IReadOnlyList<long> actions, string operationId)
    {
        foreach (var action in actions)
        {
            if (_waits.TryRemove(action, out var wait))
            {
                wait.Cancellation.Cancel();
            }
        }

        return Task.CompletedTask;
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
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!task.IsCanceled)
        {
            await database.WriteAsync(transaction => operations.WakeAsync(transaction, operationId));
        }
    }

    private sealed record Wait(Task<HetznerAction> Task, CancellationTokenSource Cancellation);
}
