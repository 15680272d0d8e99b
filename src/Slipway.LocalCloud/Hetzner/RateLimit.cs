using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record RateLimitState(int Remaining, DateTimeOffset Reset);

/// <summary>A bucket of an hour's requests that refills continuously; Reset is when it is full, not when one may ask again.</summary>
internal sealed class RateLimit(LocalCloudOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _level = options.RateLimit;
    private DateTimeOffset _asOf = time.GetUtcNow();

    private double PerSecond => options.RateLimit / 3600.0;

    /// <summary>What is left, and when that was so.</summary>
    public RateLimitLevel Level
    {
        get
        {
            lock (_gate)
            {
                return new RateLimitLevel(_level, _asOf);
            }
        }

        set
        {
            lock (_gate)
            {
                (_level, _asOf) = (Math.Clamp(value.Level, 0, options.RateLimit), value.AsOf);
            }
        }
    }

    public bool TryTake(out RateLimitState state)
    {
        lock (_gate)
        {
            Refill();
            var taken = _level >= 1;
            _level -= taken ? 1 : 0;
            state = State();
            return taken;
        }
    }

    public RateLimitState Peek()
    {
        lock (_gate)
        {
            Refill();
            return State();
        }
    }

    /// <summary>Sets what is left, e.g. to test a client near its limit.</summary>
    public void Set(double remaining)
    {
        lock (_gate)
        {
            Refill();
            _level = Math.Clamp(remaining, 0, options.RateLimit);
        }
    }

    private void Refill()
    {
        var now = time.GetUtcNow();
        // Rounded, so that a bucket refilled in many small steps is full when it should be.
        _level = Math.Min(options.RateLimit, Math.Round(_level + (now - _asOf).TotalSeconds * PerSecond, 6));
        _asOf = now;
    }

    private RateLimitState State()
    {
        var remaining = (int)_level;
        return new RateLimitState(remaining, _asOf.AddSeconds((options.RateLimit - remaining) / PerSecond));
    }
}
