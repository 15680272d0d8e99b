using System.Data.Common;

namespace Slipway.Storage;

/// <summary>
/// The queue before SQLite's one writer. A commit waits for the disk, so whatever is asked for while one is under way goes together into the
/// next: each piece of work in a savepoint of its own, so that one that fails takes nobody with it.
/// </summary>
internal sealed class GroupCommit(DbDataSource source, Action committed)
{
    /// <summary>So many share a commit at most: the first of them waits for the last.</summary>
    private const int Largest = 64;

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
        try
        {
            await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
            await using var underlying = await connection.BeginTransactionAsync(CancellationToken.None);
            foreach (var pending in group)
            {
                await pending.WorkAsync(new Transaction(connection, underlying), alone: group.Count == 1);
            }

            if (group.Exists(pending => pending.HasWorked))
            {
                await underlying.CommitAsync(CancellationToken.None);
                committed();
            }
        }
        catch (Exception e)
        {
            group.ForEach(pending => pending.Fail(e));
        }

        group.ForEach(static pending => pending.End());
    }

    private abstract class Pending
    {
        /// <summary>Whether the work was done, and waits for its commit.</summary>
        public bool HasWorked { get; protected set; }

        public abstract bool IsCancelled();

        public abstract Task WorkAsync(Transaction transaction, bool alone);

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

        public override async Task WorkAsync(Transaction transaction, bool alone)
        {
            _transaction = transaction;
            try
            {
                await (alone ? Task.CompletedTask : transaction.ExecuteAsync("SAVEPOINT work"));
                _value = await work(transaction);
                await (alone ? Task.CompletedTask : transaction.ExecuteAsync("RELEASE work"));
                HasWorked = true;
            }
            catch (Exception e)
            {
                _failure = e;
                await (alone ? Task.CompletedTask : transaction.ExecuteAsync("ROLLBACK TO work; RELEASE work"));
            }
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
