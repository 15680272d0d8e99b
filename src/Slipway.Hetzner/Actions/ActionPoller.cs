using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>
/// The one loop that asks about every action anybody waits for. It runs on a timer that is armed only while somebody waits,
/// so N waits cost one request per 25 actions and no wait costs nothing.
/// </summary>
internal sealed class ActionPoller : IDisposable
{
    private static readonly TimeSpan OldAge = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly HetznerHttp _http;
    private readonly RequestBudget _budget;
    private readonly HetznerOptions _options;
    private readonly TimeProvider _time;
    private readonly HetznerTelemetry _telemetry;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _closing = new();
    private readonly List<ActionWaiter> _waiters = [];
    private DateTimeOffset _lastPoll = DateTimeOffset.MinValue;
    private bool _polling;

    public ActionPoller(HetznerHttp http, RequestBudget budget, HetznerOptions options, HetznerTelemetry telemetry, TimeProvider timeProvider)
    {
        _http = http;
        _budget = budget;
        _options = options;
        _telemetry = telemetry;
        _time = timeProvider;
        _timer = timeProvider.CreateTimer(_ => _ = PollAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public async Task<HetznerAction> WaitAsync(long id, TimeSpan? timeout, IProgress<HetznerAction>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(HetznerClient));
        var patience = timeout ?? _options.ActionTimeout;
        var waiter = new ActionWaiter(id, _time.GetUtcNow(), progress);
        using var expiry = new CancellationTokenSource(patience, _time);
        using var expired = expiry.Token.Register(() => waiter.TimeOut(patience));
        using var cancelled = cancellationToken.Register(() => waiter.Cancel(cancellationToken));
        lock (_gate)
        {
            _waiters.Add(waiter);
            Arm();
        }

        try
        {
            return await waiter.Result;
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
                Arm();
            }

            _telemetry.WaitedForAction(waiter.Command, OutcomeOf(waiter.Result), _time.GetUtcNow() - waiter.Since);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _closing.Cancel();
        lock (_gate)
        {
            foreach (var waiter in _waiters)
            {
                waiter.Fail(new ObjectDisposedException(nameof(HetznerClient), $"The client was disposed while waiting for action {waiter.Id}."));
            }
        }
    }

    /// <summary>Sets the timer for the next poll, or turns it off. Called under the lock whenever something changed.</summary>
    private void Arm()
    {
        if (_polling || _closing.IsCancellationRequested)
        {
            return;
        }

        var waiting = _waiters.Where(w => !w.Result.IsCompleted).ToList();
        if (waiting.Count == 0)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var now = _time.GetUtcNow();
        var first = waiting.Min(w => w.Since) + _options.FirstPollAfter;
        var next = _lastPoll == DateTimeOffset.MinValue ? first : _lastPoll + Interval(now - waiting.Max(w => w.Since));
        var due = (next > first ? next : first) - now;
        _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private static string OutcomeOf(Task wait) => wait switch
    {
        { IsCompletedSuccessfully: true } => "success",
        { IsCanceled: true } => "cancelled",
        { Exception.InnerException: HetznerActionException } => "error",
        { Exception.InnerException: TimeoutException } => "timeout",
        _ => "failed",
    };

    private TimeSpan Interval(TimeSpan ageOfYoungest)
    {
        if (_budget.IsLow)
        {
            return _options.PollIntervalWhenLow;
        }

        var share = Math.Clamp(ageOfYoungest / OldAge, 0, 1);
        return _options.PollInterval + (share * (_options.PollIntervalMax - _options.PollInterval));
    }

    private async Task PollAsync()
    {
        List<ActionWaiter> due;
        lock (_gate)
        {
            if (_polling || _closing.IsCancellationRequested)
            {
                return;
            }

            var now = _time.GetUtcNow();
            due = [.. _waiters.Where(w => !w.Result.IsCompleted && w.Since + _options.FirstPollAfter <= now)];
            _lastPoll = due.Count > 0 ? now : _lastPoll;
            _polling = true;
        }

        try
        {
            foreach (var batch in due.GroupBy(w => w.Id).OrderBy(g => g.Key).Chunk(ActionsClient.IdsPerRequest))
            {
                await AskAsync(batch);
            }
        }
        finally
        {
            lock (_gate)
            {
                _polling = false;
                Arm();
            }
        }
    }

    private async Task AskAsync(IGrouping<long, ActionWaiter>[] batch)
    {
        IReadOnlyList<HetznerAction> answers;
        try
        {
            // The loop is the retry: an attempt that fails in passing is made again with the next poll.
            var context = new RequestContext("GET /actions", RequestPriority.Read) { MaxAttempts = 1 };
            var path = ActionsClient.PathOf(batch.Select(g => g.Key));
            answers = (await _http.SendAsync(HttpMethod.Get, path, context, null, HetznerJson.Default.ActionList, _closing.Token)).Items;
        }
        catch (HetznerException e) when (RetryPolicy.IsPassing(e))
        {
            return;
        }
        catch (Exception e)
        {
            foreach (var waiter in batch.SelectMany(g => g))
            {
                waiter.Fail(e);
            }

            return;
        }

        foreach (var waiters in batch)
        {
            var action = answers.FirstOrDefault(a => a.Id == waiters.Key);
            foreach (var waiter in waiters)
            {
                waiter.Hear(action);
            }
        }
    }
}
