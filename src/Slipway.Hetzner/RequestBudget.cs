using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>
/// What is left of the project's requests: a token bucket that follows the <c>RateLimit-*</c> headers and refills by
/// <c>Limit / 3600</c> a second. When it is empty, deletes and stops go first, then creates, then reads, then lists.
/// </summary>
/// <remarks><c>RateLimit-Reset</c> is the time the bucket is <em>full</em>; the next request is possible after <c>3600 / Limit</c> seconds.</remarks>
public sealed partial class RequestBudget : IDisposable
{
    private const double SecondsPerHour = 3600;
    private const double Rounding = 1e-6;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, (RequestPriority, long)> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _low;
    private readonly ITimer _timer;
    private double _tokens;
    private DateTimeOffset _asOf;
    private int _inFlight;
    private long _arrivals;
    private bool _warned;

    internal RequestBudget(TimeProvider timeProvider, ILogger logger, int low, SharedRequestBudget? shared = null)
    {
        _shared = shared;
        _tokens = shared is null ? SecondsPerHour : 0;
        _time = timeProvider;
        _logger = logger;
        _low = low;
        _asOf = timeProvider.GetUtcNow();
        _timer = timeProvider.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Requests per hour and project, as the last answer said; 3,600 until the first answer.</summary>
    public int Limit { get; private set; } = (int)SecondsPerHour;

    /// <summary>Requests that can be sent now, estimated from the last answer and the time since.</summary>
    public int Remaining
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return (int)Math.Max(0, _tokens + (_shared is null ? 0 : _elsewhere) + Rounding);
            }
        }
    }

    /// <summary>When the bucket is full again, as the last answer said (<c>RateLimit-Reset</c>). Never a time to wait for.</summary>
    public DateTimeOffset? FullAt { get; private set; }

    /// <summary>Requests held back until the bucket has refilled.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.UnorderedItems.Count(w => !w.Element.Task.IsCompleted);
            }
        }
    }

    /// <summary>Whether so little remains that polling slows down.</summary>
    internal bool IsLow => Remaining < _low;

    /// <summary>Stops the refill timer.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _timer.Dispose();
    }

    internal async Task TakeAsync(RequestPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(turn, (priority, _arrivals++));
        }

        using var cancelled = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        Serve();
        await turn.Task;
    }

    internal void Return(HttpResponseMessage? answer)
    {
        lock (_gate)
        {
            _inFlight--;
            if (answer is not null)
            {
                Follow(answer);
            }
        }

        Serve();
    }

    private void Follow(HttpResponseMessage answer)
    {
        Refill();
        if (Number(answer, "RateLimit-Limit") is > 0 and var limit)
        {
            Limit = (int)Math.Min(limit, int.MaxValue);
        }

        if (Number(answer, "RateLimit-Reset") is { } reset and >= 0 and <= 253402300799)
        {
            FullAt = DateTimeOffset.FromUnixTimeSeconds(reset);
        }

        // Requests still under way may not be in Hetzner's number yet, so they are taken off again: too careful at worst.
        if (answer.StatusCode == HttpStatusCode.TooManyRequests)
        {
            _tokens = 0;
            Hear(0);
        }
        else if (Number(answer, "RateLimit-Remaining") is { } remaining)
        {
            _tokens = _shared is null ? Math.Min(remaining, Limit) - _inFlight : _tokens;
            Hear((int)Math.Min(remaining, Limit));
            WarnOnce(remaining);
        }
    }

    private void Hear(int remaining)
    {
        // Answers may come in another order than Hetzner counted in; one that leaves more than had refilled since is the older.
        if (_heard is not { } heard || heard.Limit != Limit
            || remaining <= heard.Remaining + (_time.GetElapsedTime(heard.At).TotalSeconds * Limit / SecondsPerHour))
        {
            _heard = (Limit, remaining, _time.GetTimestamp());
        }

        _elsewhere = Math.Min(_elsewhere, remaining);
    }

    private void Ring()
    {
        lock (_gate)
        {
            if (_shared is not null && CountWaiting().Total == 0 && _tokens >= 1)
            {
                Ask();
            }
        }

        Serve();
    }

    private void WarnOnce(long remaining)
    {
        if (remaining >= _low)
        {
            _warned = false;
        }
        else if (!_warned)
        {
            _warned = true;
            Log.BudgetIsLow(_logger, remaining, Limit);
        }
    }

    private void Serve()
    {
        lock (_gate)
        {
            Hand();
        }

        Exchange();
    }

    private void Hand()
    {
        Refill();
        while (_waiting.TryPeek(out var turn, out _))
        {
            if (turn.Task.IsCompleted)
            {
                _waiting.Dequeue();
            }
            else if (_tokens < 1 - Rounding && _shared is not null)
            {
                Ask();
                return;
            }
            else if (_tokens < 1 - Rounding)
            {
                _timer.Change(TimeSpan.FromSeconds((1 - _tokens) * SecondsPerHour / Limit) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }
            else if (_waiting.Dequeue().TrySetResult())
            {
                _tokens--;
                _inFlight++;
            }
        }

        if (_shared is not null)
        {
            GiveBackLater();
        }
    }

    private void Refill()
    {
        var now = _time.GetUtcNow();
        if (now > _asOf && _shared is null)
        {
            _tokens = Math.Min(Limit, _tokens + ((now - _asOf).TotalSeconds * Limit / SecondsPerHour));
        }

        _asOf = now;
    }

    private static long? Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "The shared budget of Hetzner requests could not be asked; requests wait. Next try in {Period}.")]
        public static partial void NoExchange(ILogger logger, Exception exception, TimeSpan period);

        [LoggerMessage(1, LogLevel.Warning, "Only {Remaining} of {Limit} Hetzner requests per hour are left; reads wait behind deletes and creates until the budget refills.")]
        public static partial void BudgetIsLow(ILogger logger, long remaining, int limit);
    }
}
