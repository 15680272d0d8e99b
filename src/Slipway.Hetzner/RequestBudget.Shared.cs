namespace Slipway.Hetzner;

/// <summary>Drawing from a budget that others draw from too: what is here is a block of it, and what is not needed goes back.</summary>
public sealed partial class RequestBudget
{
    private static readonly TimeSpan GiveBackAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private readonly SharedRequestBudget? _shared;
    private readonly CancellationTokenSource _closing = new();
    private (int Limit, int Remaining, long At)? _heard;
    private int _elsewhere = (int)SecondsPerHour;
    private long _lastExchange;
    private TimeSpan _pause;
    private bool _exchanging;
    private bool _asked;

    /// <summary>Has the exchange made now, or as soon as it may be. Called under the lock.</summary>
    private void Ask()
    {
        if (_exchanging || _closing.IsCancellationRequested)
        {
            return;
        }

        var left = _pause - _time.GetElapsedTime(_lastExchange);
        if (left > TimeSpan.Zero)
        {
            _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return;
        }

        _exchanging = _asked = true;
    }

    /// <summary>Makes the exchange that was asked for, outside the lock.</summary>
    private void Exchange()
    {
        lock (_gate)
        {
            if (!_asked)
            {
                return;
            }

            _asked = false;
        }

        _ = ExchangeAsync();
    }

    /// <summary>What nobody needed for a while is given back, so that others can have it.</summary>
    private void GiveBackLater()
    {
        if (_tokens >= 1 && !_exchanging && !_closing.IsCancellationRequested)
        {
            _timer.Change(GiveBackAfter + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task ExchangeAsync()
    {
        RequestDemand demand;
        lock (_gate)
        {
            demand = new RequestDemand(CountWaiting(), _inFlight, (int)_tokens, TakeReport());
            _tokens = 0;
        }

        RequestGrant? grant = null;
        try
        {
            grant = await _shared!.ExchangeAsync(demand, _closing.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // What was to be given back is lost to all until Hetzner's own count shows it; what waits goes on waiting.
            Log.NoExchange(_logger, e, AfterFailure);
        }

        lock (_gate)
        {
            _exchanging = false;
            _lastExchange = _time.GetTimestamp();
            _pause = grant is null ? AfterFailure : grant.Granted == 0 && grant.AskAgainAfter < ShortestPause ? ShortestPause : grant.AskAgainAfter;
            _tokens += grant?.Granted ?? 0;
            _elsewhere = grant?.Remaining ?? _elsewhere;
        }

        Serve();
    }

    private RequestsWaiting CountWaiting()
    {
        var counts = new int[4];
        foreach (var (turn, (priority, _)) in _waiting.UnorderedItems)
        {
            counts[(int)priority] += turn.Task.IsCompleted ? 0 : 1;
        }

        return new RequestsWaiting(counts[0], counts[1], counts[2], counts[3]);
    }

    private RateLimitReport? TakeReport()
    {
        var heard = _heard;
        _heard = null;
        return heard is { } h ? new RateLimitReport(h.Limit, h.Remaining, _time.GetElapsedTime(h.At)) : null;
    }
}
