using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>
/// The one loop that asks about every action anybody waits for. It runs on a timer that is armed only while somebody waits,
/// so N waits cost one request per 25 actions and no wait costs nothing. A wait is asked about again after half its age:
/// short actions are heard of soon and long ones cost few requests. Who is not due rides along where a request has room.
/// </summary>
internal sealed class ActionPoller : IDisposable
{
    private const double ShareOfAge = 0.5;

    private readonly Lock _gate = new();
    private readonly HetznerHttp _http;
    private readonly RequestBudget _budget;
    private readonly HetznerOptions _options;
    private readonly TimeProvider _time;
    private readonly HetznerTelemetry _telemetry;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<ActionWaiter> _waiters = [];
    private DateTimeOffset _lastPoll = DateTimeOffset.MinValue;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;
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
        var now = _time.GetUtcNow();
        var waiter = new ActionWaiter(id, now, progress) { Due = now + _options.FirstPollAfter };
        using var expiry = new CancellationTokenSource(patience, _time);
        using var expired = expiry.Token.Register(() => waiter.TimeOut(patience));
        using var cancelled = cancellationToken.Register(() => waiter.Cancel(cancellationToken));
        lock (_gate)
        {
            _waiters.Add(waiter);
            ArmFor(waiter.Due);
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
                DisarmIfNobodyWaits();
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

    /// <summary>Has the timer ring no later than a wait needs. Called under the lock, as often as somebody begins to wait: it looks at nobody else.</summary>
    private void ArmFor(DateTimeOffset wanted)
    {
        var next = _lastPoll == DateTimeOffset.MinValue ? wanted : _lastPoll + ShortestPause;
        next = next > wanted ? next : wanted;
        if (_polling || _closing.IsCancellationRequested || next >= _armedFor)
        {
            return;
        }

        _armedFor = next;
        var due = next - _time.GetUtcNow();
        _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    /// <summary>A timer set for one who waits no more rings in vain, and is set anew then; but not when there is nobody at all.</summary>
    private void DisarmIfNobodyWaits()
    {
        if (_waiters.Count == 0)
        {
            _armedFor = DateTimeOffset.MaxValue;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private static string OutcomeOf(Task wait) => wait switch
    {
        { IsCompletedSuccessfully: true } => "success",
        { IsCanceled: true } => "cancelled",
        { Exception.InnerException: HetznerActionException } => "error",
        { Exception.InnerException: TimeoutException } => "timeout",
        _ => "failed",
    };

    private TimeSpan ShortestPause => _budget.IsLow ? _options.PollIntervalWhenLow : _options.PollInterval;

    private TimeSpan PauseAt(TimeSpan age)
    {
        var share = ShareOfAge * age;
        var pause = share < _options.PollIntervalMax ? share : _options.PollIntervalMax;
        return pause > ShortestPause ? pause : ShortestPause;
    }

    private async Task PollAsync()
    {
        List<IGrouping<long, ActionWaiter>> asked;
        lock (_gate)
        {
            if (_polling || _closing.IsCancellationRequested)
            {
                return;
            }

            _armedFor = DateTimeOffset.MaxValue;
            asked = Choose(_time.GetUtcNow());
            _lastPoll = asked.Count > 0 ? _time.GetUtcNow() : _lastPoll;
            _polling = true;
        }

        try
        {
            foreach (var batch in asked.Chunk(ActionsClient.IdsPerRequest))
            {
                await AskAsync(batch);
            }
        }
        finally
        {
            lock (_gate)
            {
                var now = _time.GetUtcNow();
                foreach (var waiter in asked.SelectMany(g => g))
                {
                    waiter.Due = now + PauseAt(now - waiter.Since);
                }

                _polling = false;
                if (_waiters.Where(w => !w.Result.IsCompleted).Select(w => (DateTimeOffset?)w.Due).Min() is { } earliest)
                {
                    ArmFor(earliest);
                }
            }
        }
    }

    /// <summary>The actions that are due, and with them those next in line, as far as the requests have room.</summary>
    private List<IGrouping<long, ActionWaiter>> Choose(DateTimeOffset now)
    {
        var known = _waiters.Where(w => !w.Result.IsCompleted && w.Since + _options.FirstPollAfter <= now)
            .GroupBy(w => w.Id).OrderBy(g => g.Min(w => w.Due)).ToList();
        var due = known.Count(g => g.Min(w => w.Due) <= now);
        var requests = (due + ActionsClient.IdsPerRequest - 1) / ActionsClient.IdsPerRequest;
        return [.. known.Take(requests * ActionsClient.IdsPerRequest).OrderBy(g => g.Key)];
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
