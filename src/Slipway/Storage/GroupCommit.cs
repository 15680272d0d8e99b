using System.Data.Common;

namespace Slipway.Storage;

/// <summary>
/// The queue before SQLite's one writer. A commit waits for the disk, so whatever is asked for while one is under way goes together into the
/// next. Should a piece of work fail, nothing of the group is written and each has a transaction of its own: it fails alone.
/// </summary>
internal sealed class GroupCommit(DbDataSource source, Action committed)
{
    /// <summary>So many share a commit at most: the first of them waits for the last.</summary>
    private const int Largest = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Pending> _waiting = new();
    private bool _writes;

    public Task<T> RunAsync<T>(Func<Transaction, Task<T>> work, CancellationToken cancellationToken)
    {
        var pending = new Pending<T>(work, cancellationToken);
        lock (_gate)
        {
            _waiting.Enqueue(pending);
            if (_writes)
            {
                return pending.Result;
            }

            _writes = true;
        }

        _ = WriteAllAsync();
        return pending.Result;
    }

    private async Task WriteAllAsync()
    {
        for (var group = TakeGroup(); group is not null;)
        {
            await WriteAsync(group);
            group = TakeGroup();
            if (group is not null)
            {
                // Whoever came first has waited for its own group; the next ones are nobody's in particular.
                await Task.Yield();
            }
        }
    }

    private List<Pending>? TakeGroup()
    {
        lock (_gate)
        {
            var group = new List<Pending>();
            while (group.Count < Largest && _waiting.TryDequeue(out var pending))
            {
                if (!pending.IsCancelled())
                {
                    group.Add(pending);
                }
            }

            _writes = group.Count > 0;
            return _writes ? group : null;
        }
    }

    private async Task WriteAsync(List<Pending> group)
    {
        if (!await CommitAsync(group) && group.Count > 1)
        {
            foreach (var pending in group)
            {
                await CommitAsync([pending]);
            }
        }

        group.ForEach(static pending => pending.End());
    }

    /// <returns>False when a piece of work failed, and nothing is written.</returns>
    private async Task<bool> CommitAsync(List<Pending> group)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
            await using var underlying = await connection.BeginTransactionAsync(CancellationToken.None);
            foreach (var pending in group)
            {
                if (!await pending.WorkAsync(new Transaction(connection, underlying)))
                {
                    return false;
                }
            }

            await underlying.CommitAsync(CancellationToken.None);
            committed();
        }
        catch (Exception e)
        {
            group.ForEach(pending => pending.Fail(e));
        }

        return true;
    }

    private abstract class Pending
    {
        public abstract bool IsCancelled();

        /// <returns>False when it failed.</returns>
        public abstract Task<bool> WorkAsync(Transaction transaction);

        public abstract void Fail(Exception exception);

        /// <summary>Tells whoever asked.</summary>
        public abstract void End();
    }

    private sealed class Pending<T>(Func<Transaction, Task<T>> work, CancellationToken cancellationToken) : Pending
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Transaction? _transaction;
        private Exception? _failure;
        private T? _value;

        public Task<T> Result => _result.Task;

        public override bool IsCancelled() => cancellationToken.IsCancellationRequested && _result.TrySetCanceled(cancellationToken);

        public override async Task<bool> WorkAsync(Transaction transaction)
        {
            (_transaction, _failure) = (transaction, null);
            try
            {
                _value = await work(transaction);
            }
            catch (Exception e)
            {
                _failure = e;
            }

            return _failure is null;
        }

        public override void Fail(Exception exception) => _failure ??= exception;

        public override void End()
        {
            if (_failure is not null)
            {
                _result.SetException(_failure);
                return;
            }

            _transaction!.Committed();
            _result.SetResult(_value!);
        }
    }
}
